import { isIP } from "node:net";
import { hereDocument, quote } from "../host/shell.ts";
import { sameAddress } from "../stack-file/network-fields.ts";
import type { Listener, Upstream } from "./listener.ts";

export interface SelfConnectionArgs {
  readonly listeners: readonly Listener[];
  /** Ports the load balancer listens on, those on loopback too. */
  readonly ports: readonly number[];
  /** Leads to this load balancer whichever of its hosts has it. */
  readonly floatingAddress?: string | undefined;
}

/**
 * Refuses upstreams that lead back to a port of this load balancer: every connection to itself makes it open another
 * one. The stack file's rules see addresses; this asks the machine which addresses are its own, and what names resolve
 * to. Run it before anything changes. Empty where no upstream has a port of the load balancer.
 *
 * Another port of this machine is allowed: a site may be served by a program that runs here. A name that cannot be
 * resolved is no reason to stop, as the load balancer resolves it again while it runs.
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
    # Mapped addresses of IPv6 are those of IPv4.
    timeout 10 getent ahosts "$2" 2>/dev/null | sed 's/ .*//; s/^::ffff:\\([0-9.]*\\)$/\\1/' | sort -u
  fi
}
while read -r kind upstream port; do
  for one in $(addresses_of "$kind" "$upstream"); do
    ! is_own "$one" || fail 10 "the load balancer would connect to itself: $upstream$([ "$kind" = address ] || echo " ($one)") is this machine, and it listens on port $port itself. Give the address of the machine behind it"
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

/** The address as the kernel's tools write it. */
function plain(address: string): string {
  return sameAddress(address).replace(/^\[|\]$/g, "");
}
