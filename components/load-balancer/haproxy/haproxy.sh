# Installs HAProxy if it is missing, and rolls out a configuration without interrupting a running one. Prints the
# checksum of the active configuration.
#
# Reads `client_ports` and `local_ports`, which only this machine uses; `configuration`, the text for `conf`;
# `generation_lua`, the text for `generation_script`; `undo_step`; and what the functions read.
#
# needs: register_undo detect_system allow_in_selinux open_ports place_text
# needs: check_haproxy_system check_haproxy_ports refuse_self_connections install_haproxy roll_out_haproxy

detect_system
check_haproxy_system
# shellcheck disable=SC2086 # one word per port
check_haproxy_ports $client_ports $local_ports
refuse_self_connections
register_undo "$undo_step"
install_haproxy
# Allows it to listen on and connect to any port: https://github.com/fedora-selinux/selinux-policy (rhcs.te).
allow_in_selinux http_port_t "" haproxy_connect_any
# shellcheck disable=SC2086 # one word per port
open_ports $client_ports
place_text "$generation_script" 0644 "$generation_lua"
printf '%s\n' "$configuration" >"$work/haproxy.cfg"
roll_out_haproxy "$work/haproxy.cfg"
sha256sum "$conf" | cut -d ' ' -f 1
