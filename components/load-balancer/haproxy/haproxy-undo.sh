# Undoes haproxy.sh. Reads the paths `conf` and `generation_script`.
#
# needs: detect_system close_ports forget_in_selinux remove_haproxy

detect_system
close_ports
forget_in_selinux
rm -f "$conf.placing" "$conf.former" "$generation_script"
remove_haproxy
