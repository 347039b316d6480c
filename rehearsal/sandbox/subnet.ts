/** The range for benchmarks of network devices (RFC 2544, RFC 6890): no host on the internet has an address in it. */
const range = { first: "198.18", second: "198.19" } as const;

/** The network of one world: a /24 and the addresses in it that have a role. */
export interface Subnet {
  /** First three numbers of every address, such as `198.18.7`. */
  readonly prefix: string;
  readonly cidr: string;
  /** This machine's own address in the world. */
  readonly machine: string;
  /** Way out for the hosts; slirp4netns puts it at .2, slirp4netns(1) --cidr. */
  readonly gateway: string;
  /** Name server for the hosts, answered by the machine's own resolver; slirp4netns puts it at .3. */
  readonly resolver: string;
}

/** Addresses below this end belong to the world itself. */
const firstMember = 11;

export function subnetOf(prefix: string): Subnet {
  const at = (last: number): string => `${prefix}.${last}`;
  return { prefix, cidr: `${at(0)}/24`, machine: at(1), gateway: at(2), resolver: at(3) };
}

/**
 * The /24 networks a world may take, in order: those that touch no network in `taken` (`address/length`, as routes and
 * links have them). Networks wider than /8 are the way to everywhere and say nothing.
 */
export function freeSubnets(taken: readonly string[]): Subnet[] {
  const networks = taken.map(parseCidr).filter((network) => network.length >= 8);
  return [range.first, range.second]
    .flatMap((start) => Array.from({ length: 256 }, (_, third) => subnetOf(`${start}.${third}`)))
    .filter((subnet) => !networks.some((network) => overlap(network, parseCidr(subnet.cidr))));
}

/** The address of a world's n-th host or node, counted from 0. */
export function memberAddress(subnet: Subnet, index: number): string {
  const last = firstMember + index;
  if (last > 254) throw new Error(`a sandbox has room for ${255 - firstMember} hosts and nodes; this is one more`);
  return `${subnet.prefix}.${last}`;
}

/** The address that members get last, so that nobody has it as long as there is any room. */
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
