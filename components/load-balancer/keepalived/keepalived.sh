# Installs keepalived if it is missing and adds this host to those between which a floating address moves. Prints the
# checksum of the active configuration.
#
# `net.ipv4.ip_nonlocal_bind` is not needed: the load balancer listens on all addresses, including ones added later.
#
# Reads `address`, the floating address; `template`, the text for `conf` with placeholders; the paths `drop_in` and
# `answers_script`; `generation_port`, on which the load balancer answers; `undo_step`; and what the functions read.
#
# needs: register_undo detect_system make_folder place
# needs: check_keepalived_system find_interfaces find_holder install_keepalived open_vrrp roll_out_keepalived

detect_system
check_keepalived_system
find_interfaces
find_holder
register_undo "$undo_step"
install_keepalived
open_vrrp

# nginx and HAProxy answer one line on the same port; accepting a connection without an answer counts as failed.
make_folder "$(dirname "$answers_script")"
place "$answers_script" 0755 <<ANSWERS
#!/bin/bash
# keepalived's check of the load balancer on this host.
exec 3<>/dev/tcp/127.0.0.1/$generation_port && read -r -t 1 word _ <&3 && [ "\$word" = generation ]
ANSWERS
! command -v restorecon >/dev/null || restorecon -R "$(dirname "$answers_script")"

# A keepalived that is killed leaves the address on its host while another host takes it. The drop-in removes the
# address however keepalived ends, and restarts it.
service_changed=no
make_folder "$(dirname "$drop_in")"
place "$drop_in" 0644 <<DROPIN
[Unit]
StartLimitIntervalSec=0

[Service]
Restart=always
RestartSec=1
ExecStopPost=-$(command -v ip) address delete $address dev $address_interface
DROPIN
if [ "$placed" = changed ]; then
  service_changed=yes
  systemctl daemon-reload 9>&-
fi

printf '%s\n' "$template" | sed -e "s/@@interface@@/$interface/" -e "s/@@addressInterface@@/$address_interface/" \
  -e "${leaving:+s/@@leavingPeer@@/$leaving/}" -e '/@@leavingPeer@@/d' >"$work/keepalived.conf"
roll_out_keepalived "$work/keepalived.conf"
sha256sum "$conf" | cut -d ' ' -f 1
