import { z } from "zod";
import { checkFloatingAddress, checkInterface } from "./balancer-fields.ts";
import { forwarding, nginxFields, portPair, ports, runAsField, whole } from "./balancer-schema.ts";
import { sshHost } from "./host-schema.ts";
import { list, text } from "./text-field.ts";

/** What every load balancer of ours takes, whichever program does the work. */
const neutral = {
  hosts: list(sshHost)
    .min(1)
    .meta({
      description:
        "Hosts it runs on, none of them a server of the cluster. Changed one after another, never all at once.",
      examples: ["[{ name: lb-1, address: 192.0.2.10, hostKey: ssh-ed25519 AAAA... }]"],
    }),
  ports,
  upstreamPorts: z
    .strictObject(
      portPair(
        "TCP port of the ingress controller for HTTP, on every server.",
        "TCP port of the ingress controller for HTTPS, on every server. Layer 4; layer 7 goes on in plain HTTP.",
      ),
    )
    .prefault({})
    .meta({
      description: "Ports of the ingress controller on every server, NodePorts where it has those.",
      examples: ["{ http: 30080, https: 30443 }"],
    }),
  ...forwarding,
  proxyProtocol: z
    .boolean()
    .default(false)
    .meta({
      description:
        "Tells the ingress controller the clients' addresses with the PROXY protocol. Both sides are set; ingress-nginx " +
        "then refuses whoever else connects to it, Traefik does not. Layer 4: at layer 7 X-Forwarded-For says the same.",
    }),
  floatingAddress: z
    .strictObject({
      address: text(checkFloatingAddress, {
        description: "IP address no machine has by itself; `hostname` resolves to it. Changing it moves every client.",
        example: "192.0.2.9",
      }),
      interface: text(checkInterface, {
        description: "Network interface it is put on. Without it the one that leads to the other hosts.",
        example: "eth0",
      }).optional(),
      virtualRouterId: whole(
        1,
        255,
        84,
        "VRRP's number of this group of hosts: unique among all that speak VRRP in the same network.",
      ),
    })
    .optional()
    .meta({
      description: "An address that moves to another host when one fails, by keepalived. Takes two or more `hosts`.",
      examples: ["{ address: 192.0.2.9 }"],
    }),
};

/** `loadBalancer`: what stands in front of Rancher. */
export const loadBalancer = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("nginx").meta({ description: "nginx on your hosts, installed and kept by this program." }),
      layer: z.literal([4, 7]).default(4).meta({
        description: "4 passes TLS through to the cluster's ingress. 7 ends TLS at nginx, with your own certificate.",
      }),
      ...neutral,
      runAs: runAsField("host"),
      ...nginxFields,
    }),
    z.strictObject({
      kind: z.literal("haproxy").meta({
        description:
          "HAProxy on your hosts: asks every server for `/healthz` instead of waiting for a failure. Takes the keys " +
          "above from `hosts` to `floatingAddress`.",
      }),
      layer: z.literal(4).default(4).meta({ description: "HAProxy passes TLS through; layer 7 is nginx's." }),
      ...neutral,
    }),
    z.strictObject({ kind: z.literal("external").meta({ description: "A load balancer somebody else runs." }) }),
    z.strictObject({
      kind: z.literal("none").meta({ description: "None: `hostname` resolves to the cluster's own nodes." }),
    }),
  ])
  .meta({
    description: "What stands in front of Rancher.",
    examples: ["{ kind: nginx, hosts: [{ name: lb-1, address: 192.0.2.10, hostKey: ssh-ed25519 AAAA... }] }"],
  });
