import { z } from "zod";
import {
  certManagerChartRepository,
  defaultRancherChartRepository,
  defaultVersions,
  rancherChartRepositories,
} from "../program/versions.ts";
import { server, sshDefaults } from "./keys/hosts/host-schema.ts";
import { loadBalancer } from "./keys/load-balancer/load-balancer-schema.ts";
import { modes } from "./modes.ts";
import { nearest } from "./reading/nearest.ts";
import { checkHostname, checkRepositoryUrl } from "./fields/network-fields.ts";
import type { FieldCheck } from "./fields/network-fields.ts";
import { quote } from "./reading/quote.ts";
import { list, mapping, text } from "./fields/text-field.ts";
import { tls } from "./keys/tls/tls-schema.ts";
import { checkKubernetesVersion, checkVersion } from "./fields/version-fields.ts";

const checkRancherRepository: FieldCheck = (value) => {
  const names = Object.keys(rancherChartRepositories);
  if (names.includes(value)) return undefined;
  const meant = nearest(value, names);
  return meant === undefined ? checkRepositoryUrl(value) : `is ${quote(value)}. Did you mean ${meant}?`;
};

const cluster = z
  .discriminatedUnion("distribution", [
    z.strictObject({
      distribution: z
        .literal("existing")
        .meta({ description: "A cluster you run, reached through the secret `kubeconfig`." }),
      version: text(checkKubernetesVersion, {
        description:
          'Its Kubernetes version, or only the minor (`"1.35"`): compared with the cluster, and with what Rancher supports.',
        example: "v1.35.5",
      }).optional(),
      ingressController: z
        .enum(["traefik", "ingress-nginx"])
        .optional()
        .meta({ description: "The ingress controller it runs, checked against the cluster." }),
      servers: list(server)
        .default([])
        .meta({
          description: "Nodes that run the ingress controller: where the load balancer sends connections.",
          examples: ["[{ name: server-1, address: 192.0.2.11 }]"],
        }),
    }),
  ])
  .meta({
    description: "The Kubernetes cluster that Rancher itself runs on.",
    examples: ["{ distribution: existing, servers: [{ name: server-1, address: 192.0.2.11 }] }"],
  });

/**
 * Every key of a high-availability stack that is not a secret. Parsing, types, `stack.schema.json` and the docs derive
 * from it.
 */
export const highAvailabilitySchema = z.strictObject({
  mode: z.enum(modes).meta({ description: "The form of the installation.", examples: ["high-availability"] }),
  hostname: text(checkHostname, {
    description: "DNS name under which users and agents reach Rancher.",
    example: "rancher.example.com",
  }),
  version: text(checkVersion("Rancher", defaultVersions.rancher), {
    description:
      "Rancher's version, three parts; chart and image follow. Upgrade one minor at a time; downgrades are not supported.",
    example: defaultVersions.rancher,
  }).default(defaultVersions.rancher),
  replicas: z.int().min(1).max(99).default(3).meta({ description: "Number of Rancher pods." }),
  chartRepository: text(checkRancherRepository, {
    description:
      "Where the chart comes from: `latest` or `stable` of Rancher's own repositories, or the URL of a Helm repository, " +
      "`https://` or `oci://`. A private repository needs `chartRepositoryCredentials`, an OCI registry `helm registry login`.",
    example: "https://charts.example.com/rancher",
  }).default(defaultRancherChartRepository),
  ssh: sshDefaults,
  cluster,
  loadBalancer,
  tls: tls.default({ source: "rancher" }),
  certManager: z
    .strictObject({
      version: text(checkVersion("cert-manager", defaultVersions.certManager), {
        description: "Chart version, three parts.",
        example: defaultVersions.certManager,
      }).default(defaultVersions.certManager),
      chartRepository: text(checkRepositoryUrl, {
        description: "Helm repository's URL, `https://` or `oci://`.",
      }).default(certManagerChartRepository),
    })
    .prefault({})
    .meta({ description: "cert-manager, installed if the TLS source needs it.", examples: ["{ version: 1.21.2 }"] }),
  chartValues: mapping(z.unknown())
    .default({})
    .meta({
      description: "Values for the Rancher chart, merged last: the escape hatch.",
      examples: ["{ auditLog: { enabled: true } }"],
    }),
});

/** A stack file whose keys all passed their own checks. */
export type HighAvailabilityFile = z.output<typeof highAvailabilitySchema>;
