import { BlockList, isIP, isIPv6 } from "node:net";

/** Every client is trusted. */
export const everybody = "everybody";

/** Trusted addresses and networks (`192.0.2.0/24`); empty if none is trusted. */
export type TrustedNetworks = typeof everybody | readonly string[];

/** Whether every address is in one of the networks. Invalid entries cover nothing. */
export function trustsAll(networks: TrustedNetworks, addresses: readonly string[]): boolean {
  if (networks === everybody) return true;
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", length] = network.split("/");
    if (isIP(address) === 0) continue;
    const bits = isIPv6(address) ? 128 : 32;
    const prefix = Number(length ?? bits);
    if (Number.isInteger(prefix) && prefix >= 0 && prefix <= bits) list.addSubnet(address, prefix, family(address));
  }
  return addresses.every((address) => isIP(address) !== 0 && list.check(address, family(address)));
}

function family(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
