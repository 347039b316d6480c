import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { freeSubnets, memberAddress, subnetOf } from "../../../rehearsal/sandbox/subnet.ts";

describe("the network of a sandbox", () => {
  it("is the first of the benchmark range on a machine that uses none of it", () => {
    const [first] = freeSubnets(["0.0.0.0/0", "10.0.0.0/8", "192.0.2.0/24", "127.0.0.1"]);

    expect(first).toEqual({
      prefix: "198.18.0",
      cidr: "198.18.0.0/24",
      machine: "198.18.0.1",
      gateway: "198.18.0.2",
      resolver: "198.18.0.3",
    });
  });

  it("avoids a wider route, an equal one and a single address of the machine", () => {
    const free = freeSubnets(["198.18.0.0/16", "198.19.0.0/24", "198.19.1.77"]);

    expect(free[0]?.prefix).toBe("198.19.2");
    expect(free).toHaveLength(254);
  });

  it("is undefined when a route covers the whole range", () => {
    expect(freeSubnets(["198.18.0.0/15"])).toEqual([]);
  });

  it("ignores a default route that is written as two halves", () => {
    expect(freeSubnets(["0.0.0.0/1", "128.0.0.0/1"])).toHaveLength(512);
  });

  it("never overlaps a network that is in use", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const taken = fc.tuple(fc.constantFrom(18, 19), octet, octet, fc.integer({ min: 17, max: 32 }));
    fc.assert(
      fc.property(fc.array(taken, { maxLength: 20 }), (networks) => {
        const free = freeSubnets(networks.map(([b, c, d, length]) => `198.${b}.${c}.${d}/${length}`));
        for (const [b, c, d, length] of networks) {
          if (length >= 24) expect(free.map(({ prefix }) => prefix)).not.toContain(`198.${b}.${c}`);
          expect(free.some(({ prefix }) => `${prefix}.${d}` === `198.${b}.${c}.${d}`)).toBe(false);
        }
      }),
    );
  });

  it("assigns members the addresses after its own, up to the last of the /24", () => {
    const subnet = subnetOf("198.18.7");

    expect(memberAddress(subnet, 0)).toBe("198.18.7.11");
    expect(memberAddress(subnet, 243)).toBe("198.18.7.254");
    expect(() => memberAddress(subnet, 244)).toThrow("a sandbox can have at most 244 hosts and nodes");
  });
});
