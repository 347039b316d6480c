import type * as pulumi from "@pulumi/pulumi";
import { sshHost } from "../host/host.ts";
import { ManagedHost } from "../host/managed-host.ts";
import type { Secrets } from "../program/stack-input.ts";
import type { BalancerSettings, HighAvailabilitySettings } from "../stack-file/settings.ts";
import { FloatingAddress, type FloatingAddressHost } from "../load-balancer/keepalived/floating-address.ts";
import { HaproxyLoadBalancer } from "../load-balancer/haproxy/haproxy-load-balancer.ts";
import { NginxContainer } from "../load-balancer/nginx/container/nginx-container.ts";
import { type BalancerHost, NginxLoadBalancer } from "../load-balancer/nginx/package/nginx-load-balancer.ts";
import { balancerCertificates, rancherListeners } from "../load-balancer/rancher-listeners.ts";

/** What the hostname must resolve to, and the resources that must exist first. */
export interface RancherLoadBalancer {
  /** Addresses the hostname should resolve to. */
  readonly addresses: pulumi.Output<string[]>;
  readonly blocks: readonly pulumi.Resource[];
}

/**
 * The load balancer of a stack file; undefined if this program does not run it.
 *
 * @param opts `dependsOn` applies to the load balancer only, not to its hosts.
 */
export function rancherLoadBalancer(
  settings: HighAvailabilitySettings,
  secrets: Secrets,
  opts: pulumi.ComponentResourceOptions & { readonly parent: pulumi.Resource },
): RancherLoadBalancer | undefined {
  const { loadBalancer } = settings;
  const listeners = rancherListeners(settings);
  const floatingAddress = "floatingAddress" in loadBalancer ? loadBalancer.floatingAddress?.address : undefined;
  switch (loadBalancer.kind) {
    case "external":
    case "none":
      return undefined;
    case "haproxy": {
      const hosts = managedHosts(loadBalancer, secrets, opts.parent);
      const { options } = loadBalancer;
      const balancer = new HaproxyLoadBalancer("load-balancer", { listeners, options, hosts, floatingAddress }, opts);
      return reachedAt(loadBalancer, balancer, hosts, opts.parent);
    }
    case "nginx": {
      const hosts = managedHosts(loadBalancer, secrets, opts.parent);
      const certificates = balancerCertificates(settings, secrets.privateKeyOf);
      const { options, image, package: source } = loadBalancer;
      const served = { listeners, options, certificates, hosts, floatingAddress };
      const balancer =
        loadBalancer.runAs === "container"
          ? new NginxContainer("load-balancer", { ...served, image }, opts)
          : new NginxLoadBalancer("load-balancer", { ...served, package: source }, opts);
      return reachedAt(loadBalancer, balancer, hosts, opts.parent);
    }
    default:
      return loadBalancer satisfies never;
  }
}

/** A host of the load balancer, with the address at which the other hosts reach it for VRRP. */
interface ManagedBalancerHost extends BalancerHost, FloatingAddressHost {}

/** The hosts' own addresses, or the floating address. */
function reachedAt(
  { floatingAddress }: BalancerSettings,
  balancer: HaproxyLoadBalancer | NginxContainer | NginxLoadBalancer,
  hosts: readonly ManagedBalancerHost[],
  parent: pulumi.Resource,
): RancherLoadBalancer {
  if (floatingAddress === undefined) return { addresses: balancer.addresses, blocks: [balancer] };
  const floating = new FloatingAddress("floating-address", { ...floatingAddress, hosts, balancer }, { parent });
  return { addresses: floating.address.apply((address) => [address]), blocks: [balancer, floating] };
}

function managedHosts(
  { hosts }: BalancerSettings,
  { sshPrivateKey, sshPrivateKeyPassword }: Secrets,
  parent: pulumi.Resource,
): ManagedBalancerHost[] {
  const credentials = {
    ...(sshPrivateKey && { privateKey: sshPrivateKey }),
    ...(sshPrivateKeyPassword && { privateKeyPassword: sshPrivateKeyPassword }),
  };
  return hosts.map((settings) => ({
    name: settings.name,
    address: settings.address,
    peerAddress: settings.privateAddress ?? settings.address,
    machine: new ManagedHost(settings.name, { host: sshHost(settings), credentials }, { parent }),
  }));
}
