import { isIP } from "node:net";
import { quote } from "../reading/quote.ts";
import { secretCommand } from "../keys/secrets/secret-keys.ts";

/** A check of one field. Returns a message if the value is invalid. */
export type FieldCheck = (value: string) => string | undefined;

/**
 * The canonical spelling of an address. IPv6 has many spellings, and an IPv4 address can be written as IPv6
 * (`::ffff:192.0.2.1`).
 */
export function sameAddress(address: string): string {
  if (isIP(address) !== 6) return address;
  const canonical = new URL(`http://[${address.replace(/%.*$/, "")}]`).hostname;
  const [, high, low] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return canonical;
  return [high, low].flatMap((part) => [parseInt(part, 16) >> 8, parseInt(part, 16) & 255]).join(".");
}

/** Names for the loopback addresses in /etc/hosts of distributions (Debian, Fedora). */
const loopbackNames = /^(localhost[46]?(\.localdomain[46]?)?|ip6-(localhost|loopback)|.*\.localhost)$/;

/**
 * Whether an address or name always means the connecting machine, or the container if it connects. On Linux the
 * unspecified address does too.
 */
export function leadsToItself(host: string): boolean {
  return /^(127\.|0\.0\.0\.0$|\[::1?\]$)/.test(sameAddress(host)) || loopbackNames.test(host);
}

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Why a text is not a DNS name. The resolver treats a name whose last label is a decimal or hexadecimal number as an
 * IPv4 address: `127.1` and `0x7f000001` are 127.0.0.1 (inet_aton(3)).
 */
function nameFault(name: string): string | undefined {
  if (name.length > 253) return "is longer than the 253 characters DNS allows";
  if (/[A-Z]/.test(name))
    return "has capital letters; Kubernetes refuses them in host names, so write it in lower case";
  if (name.endsWith(".")) return "ends with a dot; leave it out";
  const bad = name.split(".").find((part) => !label.test(part));
  if (bad !== undefined) {
    const rule = "letters, digits and hyphens, not at either end, 63 at most";
    return bad === "" ? "has an empty part between dots" : `has the part ${quote(bad)}; a part of a name is ${rule}`;
  }
  return /^(\d+|0x[0-9a-f]*)$/.test(name.split(".").at(-1) ?? "")
    ? "is neither a valid IPv4 address nor a name"
    : undefined;
}

/** Rancher's hostname. It must be a name, because certificates, the Ingress rule and every agent depend on it. */
export const checkHostname: FieldCheck = (value) => {
  const subject = `is ${quote(value)}, which`;
  if (value === "") return "is empty. Give the DNS name people will use to reach Rancher.";
  if (isIP(value) !== 0)
    return (
      `is the IP address ${value}. The single Docker container of older guides accepts one; here the certificate ` +
      `and every agent depend on a DNS name. Give it a name; for a test, ` +
      `${value.replaceAll(/[.:]/g, "-")}.sslip.io resolves to this address.`
    );
  if (/^[a-z]+:\/\//i.test(value))
    return `is ${quote(value)}, a URL. Write only the host name, without scheme and path.`;
  if (value.startsWith("*.")) return `is ${quote(value)}, a wildcard. Only certificates have those; name one host.`;
  if (/:\d+$/.test(value)) return `is ${quote(value)}, with a port. Rancher is reached on 443; write only the name.`;
  if (value.includes("/"))
    return `is ${quote(value)}, with a path. Rancher is served from the root of its own host name.`;
  const fault = nameFault(value);
  if (fault !== undefined) return `${subject} ${fault}.`;
  if (!value.includes(".")) return `${subject} has no dot. Agents need a full name, such as ${value}.example.com.`;
  return undefined;
};

/** A host's address: IPv4, IPv6 or a DNS name. */
export const checkAddress: FieldCheck = (value) => {
  if (value.includes("%") && isIP(value) === 6)
    return `is ${quote(value)}, an IPv6 address with a zone of one machine. Write an address that every host can reach.`;
  if (isIP(value) !== 0) return undefined;
  if (value === "") return "is empty. Give the IP address or DNS name of the host.";
  if (/^[a-z]+:\/\//i.test(value)) return `is ${quote(value)}, a URL. Write only the address.`;
  if (value.includes("@"))
    return `is ${quote(value)}. Write the user in its own key: user: ${value.split("@")[0] ?? ""}.`;
  if (/^[\d.]+\/\d+$/.test(value)) return `is ${quote(value)}, a network. Write one host's address, without the mask.`;
  if (/^(\[[0-9a-f:]+\]|[^:]+):\d+$/i.test(value))
    return `is ${quote(value)}, with a port. Write only the address; a host's SSH port is the key port.`;
  const fault = nameFault(value);
  return fault === undefined ? undefined : `is ${quote(value)}, which ${fault}. Use an IP address or a DNS name.`;
};

/** A DNS name, not an address. */
export const checkName: FieldCheck = (value) => {
  if (isIP(value) !== 0) return `is the IP address ${value}. Write a DNS name.`;
  if (/[A-Z]/.test(value)) return `is ${quote(value)}, which has capital letters. Write it in lower case.`;
  const fault = nameFault(value);
  return fault === undefined ? undefined : `is ${quote(value)}, which ${fault}. Write only the DNS name.`;
};

/** A host's name in this stack. It becomes part of resource names, so it is one DNS label. */
export const checkHostName: FieldCheck = (value) =>
  label.test(value)
    ? undefined
    : `is ${quote(value)}; a host's name is part of resource names: lower-case letters, digits and hyphens, ` +
      `not at either end, 63 at most.`;

/** A Linux user name that useradd accepts. */
export const checkUser: FieldCheck = (value) => {
  if (value === "") return "is empty. Give it a value or leave it out.";
  if (/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(value)) return undefined;
  return `is ${quote(value)}, which is not a Linux user name. Write only the name: letters, digits, hyphens and dots.`;
};

export const checkEmail: FieldCheck = (value) =>
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(value)
    ? undefined
    : `is ${quote(value)}, which is not an e-mail address. Let's Encrypt writes to it before a certificate expires.`;

/** Whether a URL leads to another machine without TLS. */
export function isPlainHttp(url: string): boolean {
  if (!url.startsWith("http://") || !URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname !== "localhost" && hostname !== "[::1]" && !hostname.startsWith("127.");
}

/**
 * A Helm repository over HTTP(S) or in an OCI registry. Plain HTTP causes a warning elsewhere. Credentials are
 * rejected, because they would be in the state in plain text.
 */
export const checkRepositoryUrl: FieldCheck = (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !["https:", "http:", "oci:"].includes(url.protocol) || url.host === "")
    return `is ${quote(value)}, which is not the URL of a Helm repository. It starts with https:// or oci://.`;
  if (!/^[!-~]+$/.test(value)) return `is ${quote(value)}. Write the URL without spaces, in ASCII.`;
  if (url.username !== "" || url.password !== "")
    return `has a user or password for ${url.host} in plain text. Take them out, choose a new password, and set both as a secret: ${secretCommand("chartRepositoryCredentials")}`;
  if (url.search !== "" || url.hash !== "") return `is ${quote(value)}. Write the URL without ? and #.`;
  if (value.endsWith("/index.yaml"))
    return `is ${quote(value)}; Helm adds index.yaml by itself. Leave that last part out.`;
  return undefined;
};
