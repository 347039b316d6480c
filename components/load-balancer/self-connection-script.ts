import type { ShellValues } from "../host/shell/link.ts";
import { sameAddress } from "../stack-file/fields/network-fields.ts";
import { isName, upstreamGroups, type Listener, type Upstream } from "./listener.ts";

export interface SelfConnectionArgs {
  readonly listeners: readonly Listener[];
  /** Ports the load balancer listens on, including those on loopback. */
  readonly ports: readonly number[];
  /** Belongs to this load balancer, whichever host holds it. */
  readonly floatingAddress?: string | undefined;
}

/** What self-connection.sh reads. */
export function selfConnectionValues({ listeners, ports, floatingAddress }: SelfConnectionArgs): ShellValues {
  const suspects = upstreamGroups(listeners)
    .flat()
    .filter(({ port }) => ports.includes(port))
    .map(lineOf);
  return {
    suspects: [...new Set(suspects)].join("\n"),
    floating_address: floatingAddress === undefined ? "" : plain(floatingAddress),
  };
}

function lineOf(upstream: Upstream): string {
  const { address, port } = upstream;
  return isName(upstream) ? `name ${address} ${port}` : `address ${plain(address)} ${port}`;
}

/** The address as the `ip` command prints it. */
function plain(address: string): string {
  return sameAddress(address).replace(/^\[|\]$/g, "");
}
