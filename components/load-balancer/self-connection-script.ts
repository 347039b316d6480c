import { isIP } from "node:net";
import type { ShellValues } from "../host/shell/link.ts";
import { sameAddress } from "../stack-file/fields/network-fields.ts";
import type { Listener, Upstream } from "./listener.ts";

export interface SelfConnectionArgs {
  readonly listeners: readonly Listener[];
  /** Ports the load balancer listens on, including those on loopback. */
  readonly ports: readonly number[];
  /** Belongs to this load balancer, whichever host holds it. */
  readonly floatingAddress?: string | undefined;
}

/** What self-connection.sh reads. */
export function selfConnectionValues({ listeners, ports, floatingAddress }: SelfConnectionArgs): ShellValues {
  const suspects = upstreamsOf(listeners)
    .filter(({ port }) => ports.includes(port))
    .map(lineOf);
  return {
    suspects: [...new Set(suspects)].join("\n"),
    floating_address: floatingAddress === undefined ? "" : plain(floatingAddress),
  };
}

function upstreamsOf(listeners: readonly Listener[]): readonly Upstream[] {
  return listeners.flatMap((listener) =>
    listener.layer === 4 ? listener.upstreams : listener.sites.flatMap(({ upstreams }) => upstreams),
  );
}

function lineOf({ address, port }: Upstream): string {
  return isIP(address) === 0 ? `name ${address} ${port}` : `address ${plain(address)} ${port}`;
}

/** The address in the kernel tools' notation. */
function plain(address: string): string {
  return sameAddress(address).replace(/^\[|\]$/g, "");
}
