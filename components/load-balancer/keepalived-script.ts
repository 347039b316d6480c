import { packageManager } from "../host/package-manager.ts";
import { hereDocument, quote } from "../host/shell.ts";
import { holderFunctions, lookAround } from "./floating-address-holder.ts";
import { answersScriptPath, renderKeepalivedConfig } from "./keepalived-config.ts";
import type { KeepalivedConfigArgs } from "./keepalived-config.ts";
import { closeVrrp, openVrrp } from "./keepalived-firewall.ts";
import { checkSystem, installKeepalived, removeKeepalived } from "./keepalived-packages.ts";
import { keepalivedRollout } from "./keepalived-rollout.ts";
import { generationPort } from "./nginx-config.ts";

export interface KeepalivedScriptArgs extends KeepalivedConfigArgs {
  /** Interface for the address. @default the one towards the other hosts */
  readonly interface?: string;
}

const dropIn = "/etc/systemd/system/keepalived.service.d/rancher-stack.conf";

const paths = `conf=/etc/keepalived/keepalived.conf
drop_in=${dropIn}
answers_script=${answersScriptPath}`;

/**
 * Installs keepalived if it is missing and adds this host to those between which a floating address moves.
 *
 * `net.ipv4.ip_nonlocal_bind` is not needed: the load balancer listens on all addresses, including ones added later.
 */
export function renderKeepalivedScript(args: KeepalivedScriptArgs): string {
  const own = args.hosts.find(({ name }) => name === args.self)?.peerAddress ?? "";
  const peers = args.hosts.filter(({ name }) => name !== args.self).map(({ peerAddress }) => peerAddress);
  return [
    paths,
    `address=${quote(args.address)} own=${quote(own)} wanted_interface=${quote(args.interface ?? "")}
peers=${quote(peers.join(" "))}`,
    checkSystem,
    holderFunctions,
    lookAround,
    registerUndo,
    installKeepalived,
    openVrrp,
    placeAnswersScript,
    placeDropIn,
    `cat >"$work/template" ${hereDocument(renderKeepalivedConfig(args), "KEEPALIVED")}
sed -e "s/@@interface@@/$interface/" -e "s/@@addressInterface@@/$address_interface/" \\
  -e "\${leaving:+s/@@leavingPeer@@/$leaving/}" -e '/@@leavingPeer@@/d' "$work/template" >"$work/keepalived.conf"`,
    keepalivedRollout,
    `roll_out "$work/keepalived.conf"
sha256sum "$conf" | cut -d ' ' -f 1
`,
  ].join("\n");
}

/** nginx and HAProxy answer one line on the same port; accepting a connection without an answer counts as failed. */
const answersScript = `#!/bin/bash
# keepalived's check of the load balancer on this host.
exec 3<>/dev/tcp/127.0.0.1/${generationPort} && read -r -t 1 word _ <&3 && [ "$word" = generation ]
`;

const placeAnswersScript = `make_folder "$(dirname "$answers_script")"
place "$answers_script" 0755 ${hereDocument(answersScript, "ANSWERS")}
! command -v restorecon >/dev/null || restorecon -R "$(dirname "$answers_script")"`;

/**
 * A keepalived that is killed leaves the address on its host while another host takes it. The drop-in removes the
 * address however keepalived ends, and restarts it.
 */
const placeDropIn = `service_changed=no
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
fi`;

/** keepalived announces that it stops, so another host takes the address immediately. */
const registerUndo = `register_undo <<'UNDO'
${paths}
${packageManager}
systemctl stop keepalived 2>/dev/null 9>&- || true
rm -f "$drop_in" "$drop_in.placing" "$answers_script" "$answers_script.placing" "$conf.placing" "$conf.former"
[ ! -d "$(dirname "$drop_in")" ] || rmdir --ignore-fail-on-non-empty "$(dirname "$drop_in")"
# Earlier releases created the folder without recording it.
[ ! -e "$facts/no-libexec" ] || rmdir --ignore-fail-on-non-empty "$(dirname "$answers_script")" 2>/dev/null || true
systemctl daemon-reload 9>&-
${closeVrrp}
${removeKeepalived}
UNDO`;
