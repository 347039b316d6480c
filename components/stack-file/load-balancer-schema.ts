import { z } from "zod";
import { defaultBalancerOptions } from "../load-balancer/balancer-options.ts";
import { defaultNginxImage } from "../versions.ts";
import { checkInterface, checkFloatingAddress, checkNetwork } from "./balancer-fields.ts";
import { sshHost } from "./host-schema.ts";
import { checkImage } from "./image-field.ts";
import { nginxOptions } from "./nginx-schema.ts";
import { site } from "./site-schema.ts";
import { text } from "./text-field.ts";

const { method, ipv6, timeouts, failover } = defaultBalancerOptions;

const whole = (least: number, most: number, standard: number, description: string) =>
  z.int().min(least).max(most).default(standard).meta({ description });

const ports = (http: string, https: string) => ({
  http: whole(1, 65535, 80, http),
  https: whole(1, 65535, 443, https),
});

/** What every load balancer of ours takes, whichever program does the work. */
const neutral = {
  hosts: z
    .array(sshHost)
    .min(1)
    .meta({
      description:
        "Hosts it runs on, none of them a server of the cluster. Changed one after another, never all at once.",
      examples: ["[{ name: lb-1, address: 192.0.2.10, hostKey: ssh-ed25519 AAAA... }]"],
    }),
  ports: z
    .strictObject(
      ports(
        "TCP port for HTTP: passed through at layer 4, redirected to HTTPS at layer 7. Let's Encrypt needs it to be 80.",
        "TCP port for HTTPS. Agents and people use 443; with another one something before it has to translate.",
      ),
    )
    .prefault({})
    .meta({ description: "Ports clients reach it at.", examples: ["{ http: 80, https: 443 }"] }),
  upstreamPorts: z
    .strictObject(
      ports(
        "TCP port of the ingress controller for HTTP, on every server.",
        "TCP port of the ingress controller for HTTPS, on every server. Layer 4; layer 7 goes on in plain HTTP.",
      ),
    )
    .prefault({})
    .meta({
      description: "Ports of the ingress controller on every server, NodePorts where it has those.",
      examples: ["{ http: 30080, https: 30443 }"],
    }),
  method: z.enum(["least_conn", "round_robin"]).default(method).meta({
    description: "How the next server is chosen: the one with the fewest connections, or each in turn.",
  }),
  ipv6: z.boolean().default(ipv6).meta({ description: "Listens on IPv6 beside IPv4; every host must have it." }),
  timeouts: z
    .strictObject({
      connect: whole(
        1,
        30,
        timeouts.connect,
        "Seconds until a silent server is given up and the next one tried: what a dead node costs a user.",
      ),
      idle: whole(
        60,
        86_400,
        timeouts.idle,
        "Seconds of silence allowed on an open connection. Rancher asks for 1800; less cuts quiet shells and logs.",
      ),
      shutdown: whole(
        10,
        86_400,
        timeouts.shutdown,
        "Seconds that connections opened before a reload may go on; then they are cut, and the old workers end.",
      ),
    })
    .prefault({})
    .meta({ description: "How long things may take, in seconds.", examples: ["{ connect: 2, idle: 1800 }"] }),
  failover: z
    .strictObject({
      maxFails: whole(1, 100, failover.maxFails, "Failures within `failTimeout` that take a server out."),
      failTimeout: whole(1, 3600, failover.failTimeout, "Seconds a server stays out before it is tried again."),
      tries: whole(1, 10, failover.tries, "Servers tried for one connection or request before the client is told."),
    })
    .prefault({})
    .meta({ description: "When a server is left out, and for how long.", examples: ["{ maxFails: 1, tries: 3 }"] }),
  proxyProtocol: z
    .boolean()
    .default(false)
    .meta({
      description:
        "Tells the ingress controller the clients' addresses with the PROXY protocol. Both sides are set; whatever else " +
        "connects to the ingress controller is then refused by it. Layer 4: at layer 7 X-Forwarded-For says the same.",
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
      kind: z.literal("nginx").meta({ description: "nginx on hosts of yours, installed and kept by this program." }),
      layer: z.literal([4, 7]).default(4).meta({
        description: "4 passes TLS through to the cluster's ingress. 7 ends TLS at nginx, with a certificate of yours.",
      }),
      ...neutral,
      runAs: z.enum(["host", "container"]).default("host").meta({
        description: "Runs nginx as a package of the host, or as a container of its Docker engine.",
      }),
      package: z.enum(["distribution", "nginx.org"]).default("distribution").meta({
        description:
          "Where a host's nginx comes from: its distribution, or nginx.org's own repository. With `runAs: host`.",
      }),
      image: text(checkImage, {
        description:
          "Image of the container, by version or digest; another one replaces the container. With `runAs: container`.",
        example: defaultNginxImage,
      }).default(defaultNginxImage),
      versionAccess: z
        .array(text(checkNetwork, { description: "A network or an IP address.", example: "192.0.2.0/24" }))
        .optional()
        .meta({
          description:
            "Networks that may ask for `/version` and `/rancherversion`, which tell attackers what runs here; others get " +
            "403. Without it everybody may, with an empty list nobody. Layer 7.",
          examples: ["[192.0.2.0/24]"],
        }),
      sites: z
        .array(site)
        .default([])
        .meta({
          description: "Further sites behind the same nginx. Layer 7.",
          examples: [
            "[{ name: wiki, hostname: wiki.example.com, upstreams: [192.0.2.31:8080], certificate: certificates/wiki.pem }]",
          ],
        }),
      nginx: nginxOptions,
    }),
    z.strictObject({
      kind: z.literal("haproxy").meta({
        description:
          "HAProxy on hosts of yours: asks every server for `/healthz` instead of waiting for a failure. Takes the keys " +
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
