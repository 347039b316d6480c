import { z } from "zod";
import { forwarding, nginxFields, ports, runAsField } from "./keys/load-balancer/balancer-schema.ts";
import { docker } from "./keys/docker/docker-schema.ts";
import { sshDefaults } from "./keys/hosts/host-schema.ts";
import { highAvailabilitySchema } from "./high-availability-schema.ts";
import { ownCertificate } from "./keys/tls/tls-schema.ts";

const loadBalancer = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z
        .literal("nginx")
        .meta({ description: "nginx on the Docker host, managed by this program; TLS ends there." }),
      layer: z.literal(7).default(7).meta({ description: "TLS ends at nginx, and only there." }),
      ports,
      runAs: runAsField("container"),
      ...forwarding,
      ...nginxFields,
    }),
    z.strictObject({
      kind: z.literal("none").meta({
        description:
          "None: Rancher listens on `docker.publish` itself, with its own certificate. No HSTS, no limits, no " +
          "further sites, and no certificate of yours.",
      }),
    }),
  ])
  .prefault({ kind: "nginx" })
  .meta({
    description: "What stands in front of Rancher.",
    examples: ["{ kind: nginx, ports: { http: 80, https: 443 } }"],
  });

const tls = z
  .discriminatedUnion("source", [
    z.strictObject({
      source: z.literal("generated").meta({
        description: "A CA and a certificate created on the host that runs nginx; only the CA's certificate leaves it.",
      }),
    }),
    z.strictObject({
      source: z.literal("rancher").meta({
        description:
          "Rancher's own certificate; with `loadBalancer.kind: none`, where it is the default and the only one.",
      }),
    }),
    ownCertificate,
  ])
  .default({ source: "generated" })
  .meta({
    description: "Where the certificate for `hostname` comes from.",
    examples: ["{ source: secret, certificate: certificates/rancher.pem }"],
  });

const { mode, hostname, version } = highAvailabilitySchema.shape;

/** Every key of a single node that is not a secret. */
export const singleNodeSchema = z.strictObject({
  mode: mode.meta({ examples: ["single-node"] }),
  hostname,
  version,
  ssh: sshDefaults,
  docker,
  loadBalancer,
  tls,
});

/** A stack file of a single node whose keys all passed their own checks. */
export type SingleNodeFile = z.output<typeof singleNodeSchema>;
