import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { defaultBalancerOptions } from "../../components/load-balancer/balancer-options.ts";
import { rancherLoadBalancer } from "../../components/recipes/rancher-load-balancer.ts";
import type { BalancerSettings, LoadBalancerSettings } from "../../components/stack-file/settings.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { balancerHost, nginxBalancer, prodSecrets, prodSettings } from "../support/prod-stack.ts";
import { namesIn, only } from "../support/registrations.ts";
import { valueOf } from "../support/value-of.ts";

const hosts = [
  balancerHost(),
  balancerHost({ name: "lb-2", address: "lb-2.example.com", privateAddress: "192.0.2.20" }),
];
const floatingAddress = { address: "192.0.2.9", virtualRouterId: 84 };

/** Pinned, so that no registry is contacted. */
const image = `nginx:1.30.4@sha256:${"1".repeat(64)}`;

const balancers: [string, string, (change: Partial<BalancerSettings>) => LoadBalancerSettings][] = [
  ["nginx", "nginx", (change) => nginxBalancer({ hosts, ...change })],
  [
    "nginx in a container",
    "nginx-container",
    (change) => nginxBalancer({ runAs: "container", image, hosts, ...change }),
  ],
  [
    "HAProxy",
    "haproxy",
    (change) => {
      const { ports, upstreamPorts, proxyProtocol } = nginxBalancer();
      const rest = { ports, upstreamPorts, proxyProtocol, options: defaultBalancerOptions };
      return { kind: "haproxy", layer: 4, hosts, ...rest, ...change };
    },
  ],
];

const synthesiseBalancer = (loadBalancer: LoadBalancerSettings) =>
  synthesise(
    () => {
      const parent = new pulumi.ComponentResource("rancher:test:Parent", "parent");
      return rancherLoadBalancer(prodSettings({ loadBalancer }), prodSecrets(["sshPrivateKey"]), { parent });
    },
    { stack: "prod" },
  );

describe.each(balancers)("the load balancer of a stack with %s", (_, script, settings) => {
  it("has a floating address if one is requested: after the balancer on every host, one host after another", async () => {
    const { registrations } = await synthesiseBalancer(settings({ floatingAddress }));

    const before = (name: string) =>
      namesIn(only(registrations, "rancher:host:HostScript", `${name}-keepalived`).dependencies).filter(
        (each) => !each.endsWith("-base-script"),
      );
    const all = hosts.map(({ name }) => `${name}-${script}-script`);
    expect(before("lb-1").sort()).toEqual(all);
    expect(before("lb-2").sort()).toEqual(["lb-1-keepalived-script", ...all].sort());
  });

  it("gives the hosts of a floating address each other's private addresses, or those of SSH", async () => {
    const { registrations } = await synthesiseBalancer(
      settings({ floatingAddress: { ...floatingAddress, interface: "ens3" } }),
    );

    const { create } = only(registrations, "command:remote:Command", "lb-1-keepalived-script").inputs;
    expect(create).toContain("\naddress=192.0.2.9\nown=192.0.2.10\npeers=192.0.2.20\nwanted_interface=ens3\n");
    expect(create).toContain("virtual_router_id 84\n");
  });

  it("is reached at the floating address alone, and Rancher waits for it", async () => {
    const { result } = await synthesiseBalancer(settings({ floatingAddress }));

    expect(await valueOf(result!.addresses)).toEqual(["192.0.2.9"]);
    expect(await Promise.all(result!.blocks.map(({ urn }) => valueOf(urn)))).toEqual([
      expect.stringMatching(/::load-balancer$/),
      expect.stringMatching(/::floating-address$/),
    ]);
  });

  it("is reached at its hosts, without keepalived, if no floating address is requested", async () => {
    const { registrations, result } = await synthesiseBalancer(settings({}));

    expect(await valueOf(result!.addresses)).toEqual(["192.0.2.10", "lb-2.example.com"]);
    expect(registrations.filter(({ name }) => /keepalived|floating/.test(name))).toEqual([]);
  });
});
