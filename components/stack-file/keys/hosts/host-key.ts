import { quote } from "../../reading/quote.ts";
import type { FieldCheck } from "../../fields/network-fields.ts";

const scan = "ssh-keyscan -t ed25519 ADDRESS";

/** Key types that can be pinned, with the allowed lengths of the blob after the type's name. */
const usable: Readonly<Record<string, readonly number[]>> = {
  // string(32 bytes)
  "ssh-ed25519": [36],
  // string(curve), string(0x04 and two coordinates)
  "ecdsa-sha2-nistp256": [12 + 69],
  "ecdsa-sha2-nistp384": [12 + 101],
  "ecdsa-sha2-nistp521": [12 + 137],
};

const typeName = /^(ssh-|ecdsa-|sk-|rsa-sha2-)[a-z0-9@.-]+$/;

/** A host key in `authorized_keys` format: type, base64, optionally a comment, without a host pattern. */
export const checkHostKey: FieldCheck = (value) => {
  const line = value.trim();
  if (line === "") return `is empty. Put in the line that ${scan} prints, without its first column.`;
  if (line.includes("PRIVATE KEY")) return "holds a private key. A host is pinned by its public key.";
  if (line.includes("\n")) return "has several lines. Pin one key per host.";
  if (/^(SHA256|MD5):/.test(line))
    return `is ${quote(line)}, a fingerprint. The whole public key is required: ${scan}, without its first column.`;
  const [type = "", blob = ""] = line.split(/\s+/);
  if (!typeName.test(type)) {
    if (/\s(ssh-|ecdsa-)\S+\s+AAAA/.test(line))
      return `starts with ${quote(type)}, the host column of a known_hosts line. Leave it out; start at the key's type.`;
    return `is ${quote(line)}, which is not a public key. Put in the line that ${scan} prints, without its first column.`;
  }
  if (type === "ssh-rsa" || type.startsWith("rsa-sha2-"))
    return (
      "is an RSA key. Pulumi's SSH client then offers SHA-1 signatures only, which OpenSSH has refused since 8.8: " +
      `the connection would fail. Pin the host's ed25519 key instead: ${scan}`
    );
  const lengths = usable[type];
  if (lengths === undefined)
    return `is of type ${type}, which cannot be pinned. Use one of ${Object.keys(usable).join(", ")}.`;
  if (blob === "") return `has the type ${type} and no key after it. Put in the whole line that ${scan} prints.`;
  const fault = blobFault(type, blob, lengths);
  // Only for invalid keys: a valid one may contain any letters.
  return fault !== undefined && /\.\.\.|…|replace|your|xxx|[<>]|^A+$/i.test(blob)
    ? `is still a placeholder. Put in the line that ${scan} prints, without its first column, and compare it with the host's console.`
    : fault;
};

function blobFault(type: string, blob: string, lengths: readonly number[]): string | undefined {
  const bytes = Buffer.from(blob, "base64");
  if (bytes.toString("base64").replace(/=+$/, "") !== blob.replace(/=+$/, ""))
    return `is malformed: what follows ${type} is not base64. Copy the whole line again.`;
  const nameLength = bytes.length >= 4 ? bytes.readUInt32BE(0) : 0;
  const inside = bytes.subarray(4, 4 + nameLength).toString("latin1");
  if (nameLength > 64 || !typeName.test(inside))
    return `is malformed: what follows ${type} is not an SSH key. Copy the whole line again.`;
  if (inside !== type) return `says ${type}, but the key after it is of type ${inside}. Copy the whole line again.`;
  return lengths.includes(bytes.length - 4 - nameLength)
    ? undefined
    : `is cut off or too long: a key of type ${type} has another length. Copy the whole line again.`;
}
