import { z } from "zod";
import { defaultVersions } from "../versions.ts";
import { checkFolder, checkArchive, checkSchedule } from "./backup-fields.ts";
import { whole } from "./balancer-schema.ts";
import { pemHere } from "./certificate-schema.ts";
import {
  checkArgument,
  checkContainer,
  checkCpus,
  checkMemory,
  checkNoProxy,
  checkProxy,
  checkRancherImage,
  checkRegistry,
  rancherImage,
} from "./docker-fields.ts";
import { sshHost } from "./host-schema.ts";
import { limits } from "./limits.ts";
import { boundedText, list, mapping, text } from "./text-field.ts";

const host = z
  .union([z.literal("local"), sshHost.omit({ privateAddress: true })])
  .default("local")
  .meta({
    description:
      "Whose Docker engine runs Rancher: `local`, the machine you call Pulumi on, or a host over SSH. Another one is " +
      "another installation: its data does not come along by itself.",
    examples: ["{ name: rancher-1, address: 192.0.2.20, hostKey: ssh-ed25519 AAAA... }"],
  });

const publish = z
  .strictObject({
    http: z.int().min(1).max(65535).optional().meta({ description: "TCP port for HTTP; 60080, or 80 without nginx." }),
    https: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .meta({ description: "TCP port for HTTPS; 60443, or 443 without nginx." }),
  })
  .prefault({})
  .meta({
    description:
      "Rancher's own ports on the host: on 127.0.0.1 where nginx is a package of the host, on all addresses without " +
      "nginx. Beside an nginx in a container Rancher has none. Changing it replaces Rancher's container.",
    examples: ["{ http: 60080, https: 60443 }"],
  });

const auditLog = z
  .strictObject({
    level: z.literal([0, 1, 2, 3]).default(1).meta({
      description: "0 who and when, 1 and headers, 2 and what was sent, 3 and what was answered.",
    }),
    maxAge: whole(1, 3650, 10, "Days a rotated file is kept."),
    maxBackups: whole(1, 1000, 10, "Rotated files kept."),
    maxSize: whole(1, 10_000, 100, "Megabytes after which a file is rotated."),
  })
  .optional()
  .meta({
    description: "Has Rancher write down who asked for what. Changing it replaces Rancher's container.",
    examples: ["{ level: 1 }"],
  });

const proxy = z
  .strictObject({
    http: text(checkProxy, {
      description: "Proxy for HTTP, with scheme and port.",
      example: "http://proxy.example.com:3128",
    }).optional(),
    https: text(checkProxy, {
      description: "Proxy for HTTPS, with scheme and port.",
      example: "http://proxy.example.com:3128",
    }).optional(),
    noProxy: list(text(checkNoProxy, { description: "A name, an address or a network.", example: "10.0.0.0/8" }))
      .default([])
      .meta({
        description: "What Rancher reaches without it, beside itself and the Kubernetes inside it.",
        examples: ["[10.0.0.0/8, .example.com]"],
      }),
  })
  .optional()
  .meta({
    description:
      "HTTP proxy that Rancher goes out through; user and password are the secret `proxyCredentials`. Changing it replaces Rancher's container.",
    examples: ["{ https: http://proxy.example.com:3128, noProxy: [10.0.0.0/8] }"],
  });

const backup = z
  .strictObject({
    keep: whole(1, 365, 7, "Archives kept in the folder; a new one lets the oldest go."),
    schedule: text(checkSchedule, {
      description:
        "When a backup is made by itself, as a calendar event of systemd. Rancher stands still while its data is copied. " +
        "Over SSH only; without it backups are made before upgrades and by `npm run backup`.",
      example: "daily",
    }).optional(),
    folder: text(checkFolder, {
      description:
        "Folder of the Docker host the archives lie in; `/var/backups/rancher`, or `rancher-backups` in your home with " +
        "`host: local`. Copy them elsewhere too: a lost disk takes them along.",
      example: "/var/backups/rancher",
    }).optional(),
  })
  .prefault({})
  .meta({ description: "Backups of Rancher's data.", examples: ["{ keep: 7, schedule: daily }"] });

/** `docker`: the engine of a single node, and the container Rancher runs in. */
export const docker = z
  .strictObject({
    host,
    engine: z.enum(["existing", "install"]).default("existing").meta({
      description: "Uses the Docker engine that is there, or installs one from Docker's own repository. Over SSH only.",
    }),
    image: text(checkRancherImage, {
      description:
        "Rancher's image with the tag of `version`, from the registry you name; a digest behind it pins its bytes. " +
        "Without it Docker Hub's. Another image replaces the container, after a trial.",
      example: `registry.example.com:5000/${rancherImage(defaultVersions.rancher)}`,
    }).optional(),
    publish,
    memory: text(checkMemory, {
      description: "Memory Rancher's container may use, with Docker's k, m or g. Without it all there is.",
      example: "8g",
    }).optional(),
    cpus: z
      .number()
      .min(0.5)
      .max(512)
      .superRefine((value, context) => {
        const message = checkCpus(value);
        if (message !== undefined) context.addIssue({ code: "custom", message });
      })
      .optional()
      .meta({ description: "CPUs Rancher's container may use, also in parts. Without it all there are." }),
    auditLog,
    proxy,
    registry: text(checkRegistry, {
      description:
        "Private registry that clusters get Rancher's system images from. `image` says where Rancher's own is.",
      example: "registry.example.com:5000",
    }).optional(),
    additionalTrustedCAs: pemHere({
      description:
        "Certificates of further CAs that Rancher trusts, as your proxy or registry may need: one or more, PEM text " +
        "or a path here. Changing it replaces Rancher's container.",
      example: "certificates/company-ca.pem",
    }).optional(),
    arguments: list(
      text(checkArgument, { description: "One word.", example: "--features=fleet=false" }, { lines: true }),
    )
      .default([])
      .meta({
        description: "Words for Rancher behind the image: the escape hatch.",
        examples: ["[--features=fleet=false]"],
      }),
    environment: mapping(boundedText(() => undefined, { longest: limits.environmentValue, lines: true }))
      .default({})
      .meta({
        description: "Environment variables of Rancher's container, in plain text: the escape hatch. No secrets.",
        examples: ["{ CATTLE_TLS_MIN_VERSION: '1.3' }"],
      }),
    backup,
    restore: text(checkArchive, {
      description:
        "Name of an archive in `backup.folder` whose data this installation has, made by the Rancher that `version` names: " +
        "the way to another machine, and the only way back from an upgrade. What Rancher held before is archived first.",
      example: "rancher-2.15.2-20261121T030000Z.tar.gz",
    }).optional(),
    adopt: text(checkContainer, {
      description: "Name of a Rancher container somebody started by hand: its data is taken over, after a backup.",
      example: "rancher",
    }).optional(),
  })
  .prefault({})
  .meta({ description: "The Docker engine and Rancher's container on it.", examples: ["{ host: local }"] });
