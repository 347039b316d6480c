import type { ShellScript } from "../../host/shell/link.ts";
import { shellFile } from "../../host/shell/shell-files.ts";
import { generationPort } from "../generation-port.ts";
import { answersScriptPath, renderKeepalivedConfig } from "./keepalived-config.ts";
import type { KeepalivedConfigArgs } from "./keepalived-config.ts";

export interface KeepalivedScriptArgs extends KeepalivedConfigArgs {
  /** Interface for the address. @default the one towards the other hosts */
  readonly interface?: string;
}

/** Files of keepalived on a host. */
const files = {
  conf: "/etc/keepalived/keepalived.conf",
  drop_in: "/etc/systemd/system/keepalived.service.d/rancher-stack.conf",
  answers_script: answersScriptPath,
};

/** Installs keepalived if it is missing and adds this host to those between which a floating address moves. */
export function renderKeepalivedScript(args: KeepalivedScriptArgs): ShellScript {
  const { address, hosts, self } = args;
  return {
    main: shellFile("load-balancer/keepalived/keepalived.sh"),
    values: {
      ...files,
      address,
      own: hosts.find(({ name }) => name === self)?.peerAddress,
      peers: hosts.filter(({ name }) => name !== self).map(({ peerAddress }) => peerAddress),
      wanted_interface: args.interface,
      generation_port: generationPort,
      template: renderKeepalivedConfig(args),
      undo_step: { main: shellFile("load-balancer/keepalived/keepalived-undo.sh"), values: files },
    },
  };
}
