import { defaultBalancerOptions } from "../../../components/load-balancer/balancer-options.ts";
import type { HaproxyConfigArgs } from "../../../components/load-balancer/haproxy/haproxy-config.ts";
import type { PassThrough } from "../../../components/load-balancer/listener.ts";
import { hostname } from "./balanced.ts";

/** Both ports of a cluster's nodes, the second with a health check, as the product listens for Rancher. */
export function rancherPorts(
  addresses: readonly string[],
  ports: readonly [number, number] = [80, 443],
): PassThrough[] {
  const to = (port: number) => addresses.map((address) => ({ address, port }));
  return [
    { layer: 4, name: "http", port: ports[0], upstreams: to(80), proxyProtocol: false },
    {
      layer: 4,
      name: "https",
      port: ports[1],
      upstreams: to(443),
      proxyProtocol: false,
      healthCheck: { path: "/healthz", hostname },
    },
  ];
}

const three = rancherPorts(["192.0.2.11", "192.0.2.12", "192.0.2.13"]);

/** Configurations that together contain every line a rendered one may have. */
export const haproxyVariants: Readonly<Record<string, HaproxyConfigArgs>> = {
  "three-nodes": { listeners: three, options: defaultBalancerOptions },
  "every-option": {
    listeners: rancherPorts(["192.0.2.11", "2001:db8::11", "node-1.example.com"], [8080, 8443]).map((listener) => ({
      ...listener,
      proxyProtocol: true,
    })),
    options: {
      method: "round_robin",
      ipv6: true,
      timeouts: { connect: 3, idle: 3600, shutdown: 60 },
      failover: { maxFails: 3, failTimeout: 5, tries: 2 },
    },
  },
  "without-health-check": {
    listeners: three.map(({ healthCheck: _, ...listener }) => listener),
    options: defaultBalancerOptions,
  },
};
