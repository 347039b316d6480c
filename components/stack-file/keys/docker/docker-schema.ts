import { z } from "zod";
import { defaultVersions } from "../../../program/versions.ts";
import { checkFolder, checkArchive, checkSchedule } from "./backup-fields.ts";
import { pemHere } from "../tls/certificate-schema.ts";
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
import { sshHost } from "../hosts/host-schema.ts";
import { limits } from "../../fields/limits.ts";
import { wholeNumber } from "../../fields/number-field.ts";
import { boundedText, list, mapping, text } from "../../fields/text-field.ts";

const host = z
  .union([z.literal("local"), sshHost.omit({ privateAddress: true })])
  .default("local")
  .meta({
    description:
      "Where the Docker engine that runs Rancher is: `local`, the machine Pulumi runs on, or a host over SSH. " +
      "Another host is another installation: the data is not moved.",
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
      "Rancher's own ports on the host: on 127.0.0.1 if nginx is a package on the host, on all addresses without " +
      "nginx. With nginx in a container Rancher publishes none. Changing it replaces Rancher's container.",
    examples: ["{ http: 60080, https: 60443 }"],
  });

const auditLog = z
  .strictObject({
    level: z.literal([0, 1, 2, 3]).default(1).meta({
      description: "0 logs metadata, 1 adds headers, 2 adds request bodies, 3 adds response bodies.",
    }),
    maxAge: wholeNumber(1, 3650, 10, "Days a rotated file is kept."),
    maxBackups: wholeNumber(1, 1000, 10, "Rotated files kept."),
    maxSize: wholeNumber(1, 10_000, 100, "Megabytes after which a file is rotated."),
  })
  .optional()
  .meta({
    description: "Rancher's audit log of API requests. Changing it replaces Rancher's container.",
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
        description: "What Rancher reaches without the proxy, in addition to itself and the Kubernetes inside it.",
        examples: ["[10.0.0.0/8, .example.com]"],
      }),
  })
  .optional()
  .meta({
    description:
      "HTTP proxy for Rancher's outgoing requests; user and password are the secret `proxyCredentials`. Changing it replaces Rancher's container.",
    examples: ["{ https: http://proxy.example.com:3128, noProxy: [10.0.0.0/8] }"],
  });

const backup = z
  .strictObject({
    keep: wholeNumber(1, 365, 7, "Archives kept in the folder; a new one replaces the oldest."),
    schedule: text(checkSchedule, {
      description:
        "When backups run, as a systemd calendar event. Rancher is stopped while its data is copied. Over SSH " +
        "only; without it backups are made before upgrades and by `npm run backup`.",
      example: "daily",
    }).optional(),
    folder: text(checkFolder, {
      description:
        "Folder for the archives on the Docker host; `/var/backups/rancher`, or `rancher-backups` in your home " +
        "with `host: local`. Copy the archives elsewhere too: they are lost with the disk.",
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
      description:
        "Uses the installed Docker engine, or installs one from Docker's own repository. `install` only over SSH.",
    }),
    image: text(checkRancherImage, {
      description:
        "Rancher's image with the tag of `version`, from any registry; a digest after the tag pins the content. " +
        "Defaults to Docker Hub. Changing it replaces the container, after an upgrade test.",
      example: `registry.example.com:5000/${rancherImage(defaultVersions.rancher)}`,
    }).optional(),
    publish,
    memory: text(checkMemory, {
      description: "Memory limit of Rancher's container, with Docker's k, m or g. Unlimited by default.",
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
      .meta({ description: "CPU limit of Rancher's container, fractions included. Unlimited by default." }),
    auditLog,
    proxy,
    registry: text(checkRegistry, {
      description:
        "Private registry for Rancher's system images in clusters. `image` defines where Rancher's own image comes from.",
      example: "registry.example.com:5000",
    }).optional(),
    additionalTrustedCAs: pemHere({
      description:
        "Certificates of additional CAs that Rancher trusts, for example of a proxy or registry: one or more, PEM " +
        "text or a local path. Changing it replaces Rancher's container.",
      example: "certificates/company-ca.pem",
    }).optional(),
    arguments: list(
      text(checkArgument, { description: "One word.", example: "--features=fleet=false" }, { lines: true }),
    )
      .default([])
      .meta({
        description: "Arguments for Rancher, after the image: the escape hatch.",
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
        "Name of an archive in `backup.folder` to restore, created by the Rancher version in `version`: the way " +
        "to another machine, and the only way back from an upgrade. The current data is archived first.",
      example: "rancher-2.15.2-20261121T030000Z.tar.gz",
    }).optional(),
    adopt: text(checkContainer, {
      description: "Name of a Rancher container that was started by hand: its data is taken over, after a backup.",
      example: "rancher",
    }).optional(),
  })
  .prefault({})
  .meta({ description: "The Docker engine and Rancher's container in it.", examples: ["{ host: local }"] });
