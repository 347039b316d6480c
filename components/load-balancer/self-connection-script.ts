import { isIP } from "node:net";
import { hereDocument, quote } from "../host/shell.ts";
import { sameAddress } from "../stack-file/network-fields.ts";
import type { Listener, Upstream } from "./listener.ts";

export interface SelfConnectionArgs {
  readonly listeners: readonly Listener[];
  /** Ports the load balancer listens on, including those on loopback. */
  readonly ports: readonly number[];
  /** Belongs to this load balancer, whichever host holds it. */
  readonly floatingAddress?: string | undefined;
}

/**
 * Rejects upstreams that are a port of this load balancer itself: every such connection would open another one. The
 * stack file's rules check only given addresses; this checks all addresses of the machine, and resolves names. Runs
 * before anything changes. Empty if no upstream uses one of the load balancer's ports.
 *
 * Other ports of this machine are allowed, as a site may be served by a program on it. A name that cannot be resolved
 * is not an error, as the load balancer resolves it again while it runs.
 */
export function refuseSelfConnections({ listeners, ports, floatingAddress }: SelfConnectionArgs): string {
  const suspects = new Set(
    upstreamsOf(listeners)
      .filter(({ port }) => ports.includes(port))
      .map(lineOf),
  );
  if (suspects.size === 0) return "";
  const floating = floatingAddress === undefined ? "" : plain(floatingAddress);
  return `is_own() {
  case $1 in 127.* | 0.0.0.0 | :: | ::1${floating === "" ? "" : ` | ${quote(floating)}`}) return 0 ;; esac
  if command -v ip >/dev/null; then ip -o route get "$1" 2>/dev/null | grep -q '^local '; else
    case " $(hostname -I 2>/dev/null || true) " in *" $1 "*) ;; *) return 1 ;; esac
  fi
}
addresses_of() {
  if [ "$1" = address ]; then echo "$2"; elif command -v getent >/dev/null; then
    # Converts IPv4-mapped IPv6 addresses to IPv4.
    timeout 10 getent ahosts "$2" 2>/dev/null | sed 's/ .*//; s/^::ffff:\\([0-9.]*\\)$/\\1/' | sort -u
  fi
}
while read -r kind upstream port; do
  for one in $(addresses_of "$kind" "$upstream"); do
    ! is_own "$one" || fail 10 "the load balancer would connect to itself: $upstream$([ "$kind" = address ] || echo " ($one)") is this machine, and the load balancer itself listens on port $port. Set the address of the machine behind it"
  done
done ${hereDocument([...suspects].map((line) => `${line}\n`).join(""), "UPSTREAMS")}`;
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
