import { isIP } from "node:net";
import { checkAddress, checkName, leadsToItself } from "../../fields/network-fields.ts";
import type { FieldCheck } from "../../fields/network-fields.ts";
import { quote } from "../../reading/quote.ts";

/** Folders on a balancer's host that this program manages. Certificates must come from elsewhere. */
const ownFolders = ["/etc/nginx/tls", "/etc/rancher-nginx"];

/** An IPv4 or IPv6 address, and nothing else. */
export const checkIp: FieldCheck = (value) =>
  isIP(value) === 0 || value.includes("%") ? `is ${quote(value)}, which is not an IP address. Write one.` : undefined;

/** Reserved, multicast and broadcast addresses, none of which can move between hosts. */
const unreachable = /^(0\.|22[4-9]\.|23\d\.|255\.255\.255\.255$|ff)/i;

export const checkFloatingAddress: FieldCheck = (value) => {
  if (/^[0-9a-f.:]+\/\d+$/i.test(value))
    return `is ${quote(value)}, a network. Write only the address, without the mask.`;
  if (isIP(value) === 0 || value.includes("%"))
    return `is ${quote(value)}, which is not an IP address. keepalived moves addresses, not names: write the address.`;
  return leadsToItself(value) || unreachable.test(value)
    ? `is ${value}, which other machines cannot reach. Choose a free address in the hosts' network.`
    : undefined;
};

/** A size in nginx's notation. */
export const checkSize: FieldCheck = (value) => {
  if (/^0+[kmg]?$/i.test(value))
    return `is ${quote(value)}, which nginx treats as unlimited. Set a limit, such as 100m.`;
  if (/^[1-9]\d{0,8}[kmg]?$/i.test(value)) return undefined;
  return `is ${quote(value)}, which is not a size. Write a whole number with nginx's k, m or g, such as 100m.`;
};

/** An IP address, or a network in CIDR notation. */
export const checkNetwork: FieldCheck = (value) => {
  const [address = "", bits, ...rest] = value.split("/");
  const family = isIP(address);
  if (family === 0 || address.includes("%") || rest.length > 0)
    return `is ${quote(value)}, which is not a network. Write an IP address, or a network such as 192.0.2.0/24.`;
  if (bits === undefined) return undefined;
  const most = family === 4 ? 32 : 128;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most
    ? undefined
    : `is ${quote(value)}; the part after the slash is a number from 0 to ${most}, the network's bits.`;
};

/** A Linux interface name: 15 bytes, no white space and no slash (dev_valid_name in net/core/dev.c). */
export const checkInterface: FieldCheck = (value) => {
  if (value === "") return "is empty. Give it a value or leave it out.";
  if (value.includes("@"))
    return `is ${quote(value)}, as ip link prints a paired interface. Write the part before the @.`;
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,14}$/.test(value)
    ? undefined
    : `is ${quote(value)}, which is not an interface name. Write the name that ip link shows, such as eth0.`;
};

/** `host:port` of a site's upstream, plain HTTP. */
export const checkUpstream: FieldCheck = (value) => {
  if (/^[a-z]+:\/\//i.test(value))
    return `is ${quote(value)}, a URL. Write only host and port; nginx connects over plain HTTP.`;
  if (value.includes("/"))
    return `is ${quote(value)}, with a path. nginx forwards every path of a site; write only host and port.`;
  const target = upstreamOf(value);
  if (target === undefined)
    return isIP(value) === 6
      ? `is ${quote(value)}, without a port. Write an IPv6 address in brackets, such as [${value}]:8080.`
      : `is ${quote(value)}, which is not a host and port. Write both, such as 192.0.2.31:8080.`;
  if (target.port < 1 || target.port > 65535) return `is ${quote(value)}; ports are from 1 to 65535.`;
  const fault = checkAddress(target.address);
  return fault === undefined ? undefined : `names a host that ${fault}`;
};

/** The parts of `host:port`, an IPv6 address without its brackets. */
export function upstreamOf(value: string): { readonly address: string; readonly port: number } | undefined {
  const [, bracketed, plain, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(value) ?? [];
  const address = bracketed ?? plain;
  return address === undefined ? undefined : { address, port: Number(port) };
}

/** A site's name, used in file names, upstream names and logs. */
export const checkSiteName: FieldCheck = (value) => {
  if (value === "rancher") return "is rancher, the name of Rancher's own site. Choose another.";
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value)
    ? undefined
    : `is ${quote(value)}; a site's name is lower-case letters, digits and hyphens, not at either end, 63 at most.`;
};

export const checkSiteHostname: FieldCheck = (value) => {
  if (value === "") return "is empty. Give the DNS name of the site.";
  if (value.startsWith("*.")) return `is ${quote(value)}, a wildcard. Only certificates have those; name one host.`;
  return checkName(value);
};

/**
 * A file on the balancer's hosts. Its path goes into scripts and a systemd unit, so only plain characters are allowed.
 */
export const checkHostPath: FieldCheck = (value) => {
  if (value === "") return "is empty. Give the file's absolute path on the load balancer's hosts.";
  if (value.includes("-----BEGIN"))
    return "is PEM text, but names a file on the load balancer's hosts. Give its path there.";
  if (!value.startsWith("/"))
    return `is ${quote(value)}, a path that is not absolute. It names a file on the load balancer's hosts, such as /etc/ssl/rancher/fullchain.pem.`;
  if (!/^[A-Za-z0-9._/+@-]+$/.test(value) || value.endsWith("/") || /\/\.{0,2}(\/|$)/.test(value.slice(1)))
    return `is ${quote(value)}. Write the file's normalized path, using only letters, digits and . _ - + @.`;
  const own = ownFolders.find((folder) => value.startsWith(`${folder}/`));
  return own === undefined
    ? undefined
    : `is ${quote(value)}, inside ${own}, which this program manages and clears. Put the file into another folder.`;
};
