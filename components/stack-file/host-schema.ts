import { z } from "zod";
import { checkHostKey } from "./host-key.ts";
import { checkAddress, checkHostName, checkUser } from "./network-fields.ts";
import { text } from "./text-field.ts";

const hostName = text(checkHostName, {
  description: "The host's identity in every resource name. A new name is a new machine; a new address is not.",
  example: "server-1",
});
const address = text(checkAddress, { description: "IP address or DNS name.", example: "192.0.2.11" });
export const user = text(checkUser, {
  description: "User to sign in as; other than root it needs sudo without a password.",
});
export const port = z.int().min(1).max(65535).meta({ description: "SSH port." });
const hostKey = text(
  checkHostKey,
  {
    description:
      "The host's public key, type and base64 as `ssh-keyscan` prints them, without the host column. No RSA.",
    example: "ssh-ed25519 AAAA...",
  },
  // A block of YAML ends with a line break; the check refuses several keys.
  { lines: true },
);
const insecureIgnoreHostKey = z.boolean().default(false).meta({
  description:
    "Connect without knowing the host's key. Every preview then warns: anyone in between can pose as the host.",
});

export const jumpHost = z
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

export const sshHost = z
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

export const server = z
  .strictObject({ name: hostName, address })
  .meta({ examples: ["{ name: server-1, address: 192.0.2.11 }"] });
