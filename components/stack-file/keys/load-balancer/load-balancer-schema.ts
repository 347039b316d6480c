import { z } from "zod";
import { checkFloatingAddress, checkInterface } from "./balancer-fields.ts";
import { forwarding, nginxFields, ports, runAsField } from "./balancer-schema.ts";
import { sshHost } from "../hosts/host-schema.ts";
import { layer4, onlyWith } from "../../fields/only-with.ts";
import { wholeNumber } from "../../fields/number-field.ts";
import { list, text } from "../../fields/text-field.ts";

/** Keys that nginx and HAProxy share. */
const sharedKeys = {
  hosts: list(sshHost)
    .min(1)
    .meta({
      description:
        "Hosts it runs on, none of them a server of the cluster. Changed one after another, never all together.",
      examples: ["[{ name: lb-1, address: 192.0.2.10, hostKey: ssh-ed25519 AAAA... }]"],
    }),
  ports,
  upstreamPorts: z
    .strictObject({
      http: wholeNumber(1, 65535, 80, "TCP port of the ingress controller for HTTP, on every server."),
      https: onlyWith(
        layer4(
          "at layer 7 nginx connects to upstreamPorts.http, because it could not verify an ingress controller's default certificate",
        ),
        wholeNumber(1, 65535, 443, "TCP port of the ingress controller for HTTPS, on every server."),
      ),
    })
    .prefault({})
    .meta({
      description: "Ports of the ingress controller on every server, its NodePorts if it uses them.",
      examples: ["{ http: 30080, https: 30443 }"],
    }),
  ...forwarding,
  proxyProtocol: onlyWith(
    layer4("at layer 7 nginx sends the clients' addresses in X-Forwarded-For"),
    z
      .boolean()
      .default(false)
      .meta({
        description:
          "Sends the clients' addresses to the ingress controller with the PROXY protocol. Both sides are " +
          "configured; ingress-nginx then refuses all other clients, Traefik does not.",
      }),
  ),
  floatingAddress: z
    .strictObject({
      address: text(checkFloatingAddress, {
        description:
          "IP address that no machine is configured with; `hostname` resolves to it. Changing it moves every client.",
        example: "192.0.2.9",
      }),
      interface: text(checkInterface, {
        description: "Network interface for the address. Defaults to the one that leads to the other hosts.",
        example: "eth0",
      }).optional(),
      virtualRouterId: wholeNumber(1, 255, 84, "VRRP ID of this group of hosts, unique in its network."),
    })
    .optional()
    .meta({
      description: "An address that keepalived moves to another host when one fails. Needs two or more `hosts`.",
      examples: ["{ address: 192.0.2.9 }"],
    }),
};

/** `loadBalancer`: what stands in front of Rancher. */
export const loadBalancer = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("nginx").meta({ description: "nginx on your hosts, installed and managed by this program." }),
      layer: z.literal([4, 7]).default(4).meta({
        description:
          "4 passes TLS through to the cluster's ingress. 7 terminates TLS at nginx, with your own certificate.",
      }),
      ...sharedKeys,
      runAs: runAsField("host"),
      ...nginxFields,
    }),
    z.strictObject({
      kind: z.literal("haproxy").meta({
        description:
          "HAProxy on your hosts: checks `/healthz` of every server instead of waiting for a failure. Has the " +
          "keys above from `hosts` to `floatingAddress`.",
      }),
      layer: z.literal(4).default(4).meta({ description: "HAProxy passes TLS through; only nginx has layer 7." }),
      ...sharedKeys,
    }),
    z.strictObject({ kind: z.literal("external").meta({ description: "A load balancer that is managed elsewhere." }) }),
    z.strictObject({
      kind: z.literal("none").meta({ description: "None: `hostname` resolves to the cluster's own nodes." }),
    }),
  ])
  .meta({
    description: "What stands in front of Rancher.",
    examples: ["{ kind: nginx, hosts: [{ name: lb-1, address: 192.0.2.10, hostKey: ssh-ed25519 AAAA... }] }"],
  });
