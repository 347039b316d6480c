import { z } from "zod";
import { defaultRancherChartRepository, defaultVersions, rancherChartRepositories } from "../versions.ts";
import { certManagerChartRepository } from "../versions.ts";
import { checkHostKey } from "./host-key.ts";
import { checkAddress, checkEmail, checkHostname, checkHostName, checkRepositoryUrl } from "./network-fields.ts";
import type { FieldCheck } from "./network-fields.ts";
import { checkKubernetesVersion, checkVersion } from "./version-fields.ts";

/** `example` is how the value is written in YAML; messages and the editor show it. */
interface Words {
  readonly description: string;
  readonly example?: string;
}

const meta = ({ description, example }: Words) => ({
  description,
  ...(example === undefined ? {} : { examples: [example] }),
});

function text(check: FieldCheck, words: Words) {
  return z
    .string()
    .superRefine((value, context) => {
      const message = check(value);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    })
    .meta(meta(words));
}

const checkRancherRepository: FieldCheck = (value) =>
  Object.hasOwn(rancherChartRepositories, value) ? undefined : checkRepositoryUrl(value);

const pem: FieldCheck = (value) =>
  value.trim() === "" ? "is empty. Give PEM text or the path of a PEM file." : undefined;

const hostName = text(checkHostName, {
  description: "The host's identity in every resource name. A new name is a new machine; a new address is not.",
  example: "server-1",
});
const address = text(checkAddress, { description: "IP address or DNS name.", example: "192.0.2.11" });
const user = z
  .string()
  .min(1)
  .meta({ description: "User to sign in as; other than root it needs sudo without a password." });
const port = z.int().min(1).max(65535).meta({ description: "SSH port." });
const hostKey = text(checkHostKey, {
  description: "The host's public key, type and base64 as `ssh-keyscan` prints them, without the host column. No RSA.",
  example: "ssh-ed25519 AAAA...",
});
const insecureIgnoreHostKey = z.boolean().default(false).meta({
  description:
    "Connect without knowing the host's key. Every preview then warns: anyone in between can pose as the host.",
});

const jumpHost = z
  .strictObject({
    address,
    user: user.optional(),
    port: port.optional(),
    hostKey: hostKey.optional(),
    insecureIgnoreHostKey,
  })
  .meta({
    description: "Host the SSH connection goes through. User and port default to those of `ssh`.",
    examples: ["{ address: 192.0.2.1, hostKey: ssh-ed25519 AAAA... }"],
  });

const sshHost = z
  .strictObject({
    name: hostName,
    address,
    privateAddress: text(checkAddress, {
      description: "Address other hosts reach it at, where that is not `address`.",
    }).optional(),
    user: user.optional(),
    port: port.optional(),
    hostKey: hostKey.optional(),
    insecureIgnoreHostKey,
    jumpHost: jumpHost.optional(),
  })
  .meta({ examples: ["{ name: lb-1, address: 192.0.2.10, hostKey: ssh-ed25519 AAAA... }"] });

const server = z
  .strictObject({ name: hostName, address })
  .meta({ examples: ["{ name: server-1, address: 192.0.2.11 }"] });

const cluster = z
  .discriminatedUnion("distribution", [
    z.strictObject({
      distribution: z
        .literal("existing")
        .meta({ description: "A cluster you run; `kubeconfig` says how to reach it." }),
      version: text(checkKubernetesVersion, {
        description: "Its Kubernetes version, checked against the cluster and against what Rancher supports.",
        example: "v1.35.5",
      }).optional(),
      ingressController: z
        .enum(["traefik", "ingress-nginx"])
        .optional()
        .meta({ description: "The ingress controller it runs, checked against the cluster." }),
      servers: z
        .array(server)
        .default([])
        .meta({
          description: "Nodes that run the ingress controller: where the load balancer sends connections.",
          examples: ["[{ name: server-1, address: 192.0.2.11 }]"],
        }),
    }),
  ])
  .meta({
    description: "The Kubernetes that Rancher itself runs on.",
    examples: ["{ distribution: existing, servers: [{ name: server-1, address: 192.0.2.11 }] }"],
  });

const loadBalancer = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("nginx").meta({ description: "nginx on hosts of yours, installed and kept by this program." }),
      layer: z.literal(4).default(4).meta({ description: "4 passes TLS through to the cluster's ingress." }),
      hosts: z
        .array(sshHost)
        .min(1)
        .meta({
          description: "Hosts nginx runs on, none of them a server of the cluster.",
          examples: ["[{ name: lb-1, address: 192.0.2.10, hostKey: ssh-ed25519 AAAA... }]"],
        }),
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

const tls = z
  .discriminatedUnion("source", [
    z.strictObject({
      source: z.literal("rancher").meta({ description: "Rancher's own CA, through cert-manager. Browsers warn." }),
    }),
    z.strictObject({
      source: z
        .literal("letsEncrypt")
        .meta({ description: "Let's Encrypt, through cert-manager; needs port 80 from the internet." }),
      email: text(checkEmail, {
        description: "Where Let's Encrypt writes before a certificate runs out.",
        example: "ops@example.com",
      }),
      environment: z.enum(["production", "staging"]).default("production").meta({
        description: "`staging` has generous limits and certificates no browser trusts: for trials.",
      }),
    }),
    z.strictObject({
      source: z
        .literal("secret")
        .meta({ description: "A certificate of yours; its key is the secret `tlsPrivateKey`." }),
      certificate: text(pem, {
        description: "The certificate for `hostname`, PEM text or the path of a file; intermediates may follow it.",
        example: "certificates/rancher.pem",
      }),
      chain: text(pem, {
        description: "Intermediates, where `certificate` does not hold them; PEM text or a path.",
      }).optional(),
      caCertificate: text(pem, {
        description: "Root of a private CA, PEM text or a path. Leave out where a public CA signed.",
      }).optional(),
    }),
  ])
  .meta({
    description: "Where the certificate for `hostname` comes from.",
    examples: ["{ source: letsEncrypt, email: ops@example.com }"],
  });

/** Every key of the namespace `rancher` that is not a secret. Parsing, types, `stack.schema.json` and the docs come from it. */
export const stackFileSchema = z.strictObject({
  mode: z
    .enum(["high-availability"])
    .meta({ description: "The shape of the installation.", examples: ["high-availability"] }),
  hostname: text(checkHostname, {
    description: "DNS name under which people and agents reach Rancher.",
    example: "rancher.example.com",
  }),
  version: text(checkVersion("Rancher", defaultVersions.rancher), {
    description:
      "Rancher's version, three parts; chart and image follow. Upgrade one minor at a time, downgrade never.",
    example: defaultVersions.rancher,
  }).default(defaultVersions.rancher),
  replicas: z.int().min(1).max(99).default(3).meta({ description: "How many Rancher pods run." }),
  chartRepository: text(checkRancherRepository, {
    description:
      "Where the chart comes from: `latest` or `stable` of Rancher's own repositories, or a Helm repository's URL.",
    example: "https://charts.example.com/rancher",
  }).default(defaultRancherChartRepository),
  ssh: z
    .strictObject({
      user: user.default("root"),
      port: port.default(22),
      jumpHost: jumpHost.optional(),
    })
    .prefault({})
    .meta({
      description: "Defaults for every SSH host; a host may override them.",
      examples: ["{ user: ops, port: 22 }"],
    }),
  cluster,
  loadBalancer,
  tls: tls.default({ source: "rancher" }),
  certManager: z
    .strictObject({
      version: text(checkVersion("cert-manager", defaultVersions.certManager), {
        description: "Chart version, three parts.",
        example: defaultVersions.certManager,
      }).default(defaultVersions.certManager),
      chartRepository: text(checkRepositoryUrl, { description: "Helm repository's URL." }).default(
        certManagerChartRepository,
      ),
    })
    .prefault({})
    .meta({ description: "cert-manager, installed where the TLS source needs it.", examples: ["{ version: 1.21.1 }"] }),
  chartValues: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({
      description: "Values for the Rancher chart, merged last: the escape hatch.",
      examples: ["{ auditLog: { enabled: true } }"],
    }),
});

/** A stack file in which every key passed its own check. */
export type StackFile = z.output<typeof stackFileSchema>;

/** The same with holes where something was missing or wrong, so that rules across keys still see the rest. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? readonly (Draft<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Draft<T[Key]> | undefined }
    : T;
