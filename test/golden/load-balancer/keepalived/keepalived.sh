[ -r "$state/library.sh" ] || { echo "this machine has no $state/library.sh, which its base script places. Run npm run up for the whole stack" >&2; exit 10; }
. "$state/library.sh"
conf=/etc/keepalived/keepalived.conf
drop_in=/etc/systemd/system/keepalived.service.d/rancher-stack.conf
answers_script=/usr/libexec/keepalived/rancher-balancer-answers
address=192.0.2.20
own=192.0.2.22
peers='192.0.2.21 192.0.2.23'
wanted_interface=''
generation_port=18404
{ template=$(cat); } <<'TEMPLATE'
global_defs {
    vrrp_version 3
    # Ignore advertisements from other machines.
    vrrp_check_unicast_src
    # The check only opens a connection, so it does not run as root.
    script_user nobody
    enable_script_security
    # Repeat gratuitous ARP, for neighbours that missed the first one.
    vrrp_garp_master_delay 1
    vrrp_garp_master_refresh 30
    # After a network partition, the host that keeps the address announces it again.
    vrrp_higher_prio_send_advert true
}

vrrp_script balancer_answers {
    script "/usr/libexec/keepalived/rancher-balancer-answers"
    interval 1
    timeout 2
    # Twice, so that a restart of the load balancer does not move the address.
    fall 2
    rise 2
    # A host does not take the address before its load balancer has answered.
    init_fail
}

vrrp_instance rancher {
    # No host starts with the address or takes it from a working host: each move ends open connections.
    state BACKUP
    nopreempt
    interface @@interface@@
    virtual_router_id 51
    priority 220
    advert_int 0.5
    # Unicast: many networks do not pass multicast. VRRP 3 has no password; VRRP 2 sent it in plain text.
    unicast_src_ip 192.0.2.22
    unicast_peer {
        192.0.2.21
        192.0.2.23
        @@leavingPeer@@
    }
    virtual_ipaddress {
        # With a host prefix the address is not used as the source of outgoing connections.
        192.0.2.20/32 dev @@addressInterface@@
    }
    track_script {
        balancer_answers
    }
}
TEMPLATE
{ undo_step=$(cat); } <<'UNDO_STEP'
. "@@library@@"
conf=/etc/keepalived/keepalived.conf
drop_in=/etc/systemd/system/keepalived.service.d/rancher-stack.conf
answers_script=/usr/libexec/keepalived/rancher-balancer-answers
detect_system
systemctl stop keepalived 2>/dev/null 9>&- || true
rm -f "$drop_in" "$drop_in.placing" "$answers_script" "$answers_script.placing" "$conf.placing" "$conf.former"
[ ! -d "$(dirname "$drop_in")" ] || rmdir --ignore-fail-on-non-empty "$(dirname "$drop_in")"
# Earlier releases created the folder without recording it.
[ ! -e "$facts/no-libexec" ] || rmdir --ignore-fail-on-non-empty "$(dirname "$answers_script")" 2>/dev/null || true
systemctl daemon-reload 9>&-
close_vrrp
remove_keepalived
UNDO_STEP
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
