/** The range for benchmarks of network devices, not used on the internet (RFC 2544, RFC 6890). */
const range = { first: "198.18", second: "198.19" } as const;

/** The network of one sandbox: a /24 and its reserved addresses. */
export interface Subnet {
  /** First three numbers of every address, such as `198.18.7`. */
  readonly prefix: string;
  readonly cidr: string;
  /** This machine's address in the sandbox. */
  readonly machine: string;
  /** Default gateway of the hosts; slirp4netns uses .2, slirp4netns(1) --cidr. */
  readonly gateway: string;
  /** Name server of the hosts, forwarded to the machine's resolver; slirp4netns uses .3. */
  readonly resolver: string;
}

/** Last number of the first host's address. Lower ones are reserved for the sandbox. */
const firstMember = 11;

export function subnetOf(prefix: string): Subnet {
  const at = (last: number): string => `${prefix}.${last}`;
  return { prefix, cidr: `${at(0)}/24`, machine: at(1), gateway: at(2), resolver: at(3) };
}

/**
 * The /24 networks that overlap no network in `taken` (`address/length`), in order. Networks wider than /8 are ignored:
 * they are default routes.
 */
export function freeSubnets(taken: readonly string[]): Subnet[] {
  const networks = taken.map(parseCidr).filter((network) => network.length >= 8);
  return [range.first, range.second]
    .flatMap((start) => Array.from({ length: 256 }, (_, third) => subnetOf(`${start}.${third}`)))
    .filter((subnet) => !networks.some((network) => overlap(network, parseCidr(subnet.cidr))));
}

/** The address of a sandbox's n-th host or node, counted from 0. */
export function memberAddress(subnet: Subnet, index: number): string {
  const last = firstMember + index;
  if (last > 254) throw new Error(`a sandbox can have at most ${255 - firstMember} hosts and nodes`);
  return `${subnet.prefix}.${last}`;
}

/** The last address that is assigned: free as long as the sandbox is not full. */
export function lastAddress({ prefix }: Subnet): string {
  return `${prefix}.254`;
}

interface Network {
  readonly start: number;
  readonly length: number;
}

function parseCidr(text: string): Network {
  const [address = "", length = "32"] = text.split("/");
  const value = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return { start: mask(value, Number(length)), length: Number(length) };
}

function overlap(one: Network, other: Network): boolean {
  const length = Math.min(one.length, other.length);
  return mask(one.start, length) === mask(other.start, length);
}

function mask(value: number, length: number): number {
  return Math.floor(value / 2 ** (32 - length)) * 2 ** (32 - length);
}
