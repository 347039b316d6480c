import { z } from "zod";
import { checkHostKey } from "./host-key.ts";
import { checkAddress, checkHostName, checkUser } from "../../fields/network-fields.ts";
import { text } from "../../fields/text-field.ts";

const hostName = text(checkHostName, {
  description: "The host's identity in every resource name. A new name means a new machine; a new address does not.",
  example: "server-1",
});
const address = text(checkAddress, { description: "IP address or DNS name.", example: "192.0.2.11" });
const user = text(checkUser, {
  description: "SSH user. Any user other than root needs passwordless sudo.",
});
const port = z.int().min(1).max(65535).meta({ description: "SSH port." });
const hostKey = text(
  checkHostKey,
  {
    description:
      "The host's public key, type and base64 as `ssh-keyscan` prints them, without the host column. No RSA.",
    example: "ssh-ed25519 AAAA...",
  },
  // A YAML block ends with a line break; the check rejects several keys.
  { lines: true },
);
const insecureIgnoreHostKey = z.boolean().default(false).meta({
  description:
    "Connects without knowing the host's key. Every preview then warns: anyone in between can impersonate the host.",
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
    description: "SSH jump host. User and port default to those of `ssh`.",
    examples: ["{ address: 192.0.2.1, hostKey: ssh-ed25519 AAAA... }"],
  });

/** `ssh` */
export const sshDefaults = z
  .strictObject({
    user: user.default("root"),
    port: port.default(22),
    jumpHost: jumpHost.optional(),
  })
  .prefault({})
  .meta({
    description: "Defaults for every SSH host; a host may override them.",
    examples: ["{ user: ops, port: 22 }"],
  });

export const sshHost = z
  .strictObject({
    name: hostName,
    address,
    privateAddress: text(checkAddress, {
      description: "Address at which other hosts reach it, if it is not `address`.",
    }).optional(),
    user: user.optional(),
    port: port.optional(),
    hostKey: hostKey.optional(),
    insecureIgnoreHostKey,
    jumpHost: jumpHost.optional(),
  })
  .meta({ examples: ["{ name: lb-1, address: 192.0.2.10, hostKey: ssh-ed25519 AAAA... }"] });

export const server = z
  .strictObject({ name: hostName, address })
  .meta({ examples: ["{ name: server-1, address: 192.0.2.11 }"] });
