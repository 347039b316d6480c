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
  /** Interface the address is put on. @default the one that leads to the other hosts */
  readonly interface?: string;
}

const dropIn = "/etc/systemd/system/keepalived.service.d/rancher-stack.conf";

const paths = `conf=/etc/keepalived/keepalived.conf
drop_in=${dropIn}
answers_script=${answersScriptPath}`;

/**
 * Installs keepalived where it is missing and makes this host one of those that a floating address moves between.
 *
 * `net.ipv4.ip_nonlocal_bind` stays as it is: the balancer listens on all addresses, and so on one that comes later.
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

/** nginx and HAProxy answer one line on the same port; a balancer that takes connections and says nothing is dead too. */
const answersScript = `#!/bin/bash
# Whether the balancer on this host answers, for keepalived.
exec 3<>/dev/tcp/127.0.0.1/${generationPort} && read -r -t 1 word _ <&3 && [ "$word" = generation ]
`;

const placeAnswersScript = `make_folder "$(dirname "$answers_script")"
place "$answers_script" 0755 ${hereDocument(answersScript, "ANSWERS")}
! command -v restorecon >/dev/null || restorecon -R "$(dirname "$answers_script")"`;

/**
 * A keepalived that is killed leaves the address on its host while another takes it. Whatever ends it, the address goes,
 * and it starts anew, without the address.
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

/** A stopped keepalived has told the others, so that one of them takes the address at once. */
const registerUndo = `register_undo <<'UNDO'
${paths}
${packageManager}
systemctl stop keepalived 2>/dev/null 9>&- || true
rm -f "$drop_in" "$drop_in.placing" "$answers_script" "$answers_script.placing" "$conf.placing" "$conf.former"
[ ! -d "$(dirname "$drop_in")" ] || rmdir --ignore-fail-on-non-empty "$(dirname "$drop_in")"
# Written by earlier releases, which created the folder without remembering it as one of theirs.
[ ! -e "$facts/no-libexec" ] || rmdir --ignore-fail-on-non-empty "$(dirname "$answers_script")" 2>/dev/null || true
systemctl daemon-reload 9>&-
${closeVrrp}
${removeKeepalived}
UNDO`;
