import type { ShellScript } from "../../host/shell/link.ts";
import { shellFile } from "../../host/shell/shell-files.ts";
import {
  generationScript,
  generationScriptPath,
  renderHaproxyConfig,
  type HaproxyConfigArgs,
} from "./haproxy-config.ts";
import { generationPort } from "../generation-port.ts";
import { clientPorts } from "../listener.ts";
import { selfConnectionValues } from "../self-connection-script.ts";

export interface HaproxyScriptArgs extends HaproxyConfigArgs {
  /** Address that moves between the load balancer's hosts, if any. */
  readonly floatingAddress?: string | undefined;
}

/** Files of HAProxy on a host. */
const files = { conf: "/etc/haproxy/haproxy.cfg", generation_script: generationScriptPath };

/** Installs HAProxy if it is missing, and rolls out a configuration without interrupting a running one. */
export function renderHaproxyScript(args: HaproxyScriptArgs): ShellScript {
  const { listeners, floatingAddress } = args;
  const ports = clientPorts(listeners);
  const localPorts = [generationPort];
  return {
    main: shellFile("load-balancer/haproxy/haproxy.sh"),
    values: {
      ...files,
      client_ports: ports,
      local_ports: localPorts,
      generation_port: generationPort,
      generation_lua: generationScript,
      configuration: renderHaproxyConfig(args).text,
      ...selfConnectionValues({ listeners, ports: [...ports, ...localPorts], floatingAddress }),
      undo_step: { main: shellFile("load-balancer/haproxy/haproxy-undo.sh"), values: files },
    },
  };
}
