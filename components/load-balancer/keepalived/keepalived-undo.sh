# Undoes keepalived.sh. keepalived announces that it stops, so another host takes the address immediately. Reads the
# paths `conf`, `drop_in` and `answers_script`.
#
# needs: detect_system close_vrrp remove_keepalived

detect_system
systemctl stop keepalived 2>/dev/null 9>&- || true
rm -f "$drop_in" "$drop_in.placing" "$answers_script" "$answers_script.placing" "$conf.placing" "$conf.former"
[ ! -d "$(dirname "$drop_in")" ] || rmdir --ignore-fail-on-non-empty "$(dirname "$drop_in")"
# Earlier releases created the folder without recording it.
[ ! -e "$facts/no-libexec" ] || rmdir --ignore-fail-on-non-empty "$(dirname "$answers_script")" 2>/dev/null || true
systemctl daemon-reload 9>&-
close_vrrp
remove_keepalived
