import { expect, it } from "vitest";
import { trustsAll, type TrustedNetworks } from "../../../components/cluster/ingress/trusted-networks.ts";

const balancers = ["192.0.2.10", "192.0.2.20"];

it.each<[string, TrustedNetworks, readonly string[], boolean]>([
  ["everybody", "everybody", ["2001:db8::1"], true],
  ["each address by itself", balancers, balancers, true],
  ["only one of two", ["192.0.2.10"], balancers, false],
  ["a network around them", ["10.0.0.0/8", "192.0.2.0/24"], balancers, true],
  ["a network that ends before one of them", ["192.0.2.0/28"], balancers, false],
  ["all of IPv4", ["0.0.0.0/0"], balancers, true],
  ["all of IPv4, for an IPv6 address", ["0.0.0.0/0"], ["2001:db8::1"], false],
  ["an IPv6 network", ["2001:db8::/32"], ["2001:db8::1"], true],
  ["nobody", [], balancers, false],
  ["an invalid network", ["nonsense", "192.0.2.0/99", "192.0.2.0/x"], balancers, false],
  ["a network, and a name that is in none", ["0.0.0.0/0"], ["lb-1.example.com"], false],
])("trust in %s", (_, networks, addresses, covered) => {
  expect(trustsAll(networks, addresses)).toBe(covered);
});
