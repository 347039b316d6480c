import { parseImageReference } from "../../../docker/rancher/image-reference.ts";
import { readMemorySize } from "../../../docker/rancher/memory-size.ts";
import { helperContainer, rancherUpgradeTest } from "../../../docker/names.ts";
import { containers as nginxContainers } from "../../../load-balancer/nginx/container/nginx-container-spec.ts";
import { defaultVersions } from "../../../program/versions.ts";
import { looksSecret } from "./environment-fields.ts";
import { leadsToItself, type FieldCheck } from "../../fields/network-fields.ts";
import { quote } from "../../reading/quote.ts";
import { secretCommand } from "../secrets/secret-keys.ts";

/** The default image of Rancher. */
export function rancherImage(version: string): string {
  return `rancher/rancher:v${version}`;
}

const exampleImage = rancherImage(defaultVersions.rancher);

/**
 * An image with the tag of one version, optionally followed by a digest. A rule across keys checks that the tag matches
 * `version`.
 */
export const checkRancherImage: FieldCheck = (value) => {
  const [, digest] = value.split("@");
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))
    return "has an invalid digest: it must be sha256: followed by 64 lowercase hexadecimal digits. Copy it again.";
  const image = parseImageReference(value);
  if (image === undefined)
    return `is ${quote(value)}, which is not an image reference. Write its name and version, such as ${exampleImage}.`;
  if (image.tag === undefined)
    return digest === undefined
      ? `is ${quote(value)}, which Docker reads as latest, a tag that moves between Rancher versions. Name the version, such as ${exampleImage}.`
      : `is ${quote(value)}, which does not name Rancher's version. Put the version before the digest: ${image.name}:v${defaultVersions.rancher}@${digest.slice(0, 13)}...`;
  if (moving.test(image.tag))
    return `is ${quote(value)}, whose tag moves between Rancher versions. Name the version, such as ${exampleImage}.`;
  return undefined;
};

/** Tags of Rancher's image that move to newer versions. */
const moving = /^(latest|stable|alpha|head|main|master|v?\d+(\.\d+)?(-head)?)$/;

/** The minimum for K3s, which runs inside Rancher's container: https://docs.k3s.io/installation/requirements. */
const leastMemory = 2 * 1024 ** 3;

/** More than any machine has. Much larger numbers overflow in Docker and in the shell. */
const mostMemory = 64 * 1024 ** 4;

export const checkMemory: FieldCheck = (value) => {
  const bytes = readMemorySize(value);
  if (bytes === undefined)
    return `is ${quote(value)}, which is not a size. Write a whole number with Docker's k, m or g, such as 8g.`;
  if (bytes > mostMemory)
    return `is ${quote(value)}, more than any machine has. Write what Rancher may use, such as 8g.`;
  return bytes < leastMemory
    ? `is ${quote(value)}, but Rancher and the Kubernetes inside it need at least 2g. Rancher recommends 4g for 5 clusters, 8g for 15.`
    : undefined;
};

/** Docker rejects fractions smaller than a billionth. */
export function checkCpus(value: number): string | undefined {
  return value < 0.01 || Math.round(value * 100) / 100 === value
    ? undefined
    : `is ${value}, with too many decimal places. Write two at most, such as 1.5.`;
}

/** Options of `docker run` that guides mix with Rancher's arguments. */
const dockerOptions =
  /^(-[a-z]$|-[pve][^-]|--(privileged|publish|volume|volumes-from|env|env-file|restart|name|network|net|mount|detach|memory|cpus|add-host|dns)(=|$))/;

/** Flags that this program sets itself or does not allow, with the key to use instead. */
const ownArguments: Readonly<Record<string, string>> = {
  "--no-cacerts": "follows from rancher:tls: a certificate without rancher:tls.caCertificate is a public CA's",
  "--acme-domain": "would make Rancher use Let's Encrypt itself, but TLS ends at nginx, as rancher:tls describes",
  "--http-listen-port":
    "is the port inside the container; set rancher:docker.publish and rancher:loadBalancer.ports instead",
  "--https-listen-port":
    "is the port inside the container; set rancher:docker.publish and rancher:loadBalancer.ports instead",
  "--k8s-mode": "would make Rancher use another Kubernetes than the one inside its container",
  "--audit-level": "is rancher:docker.auditLog.level",
  "--audit-log-path": "is set by rancher:docker.auditLog",
  "--audit-log-maxage": "is rancher:docker.auditLog.maxAge",
  "--audit-log-maxbackup": "is rancher:docker.auditLog.maxBackups",
  "--audit-log-maxsize": "is rancher:docker.auditLog.maxSize",
};

/** One argument for Rancher, after the image. */
export const checkArgument: FieldCheck = (value) => {
  if (value === "") return "is empty. Leave it out.";

  if (/[\u0000-\u001f\u007f]/.test(value))
    return "has a line break or another control character. Write one argument per entry.";
  const [flag = ""] = value.split("=");
  const [, named = "", given = value] = /^-+([^=]+)=(.*)$/.exec(value) ?? [];
  if (looksSecret(named, given))
    return "looks like a secret, and arguments are in plain text in the stack file, in the state and in docker inspect. Take it out, and treat it as known to everyone who saw the file.";
  const own = Object.hasOwn(ownArguments, flag) ? ownArguments[flag] : undefined;
  if (own !== undefined) return `is ${flag}, which ${own}. Leave it out.`;
  if (dockerOptions.test(value))
    return `is ${quote(value)}, an option of docker run. These arguments go to Rancher, after the image; Docker's options are keys of rancher:docker.`;
  if (/^--\S+\s/.test(value))
    return `is ${quote(value)}, a flag and its value in one argument. Write them as ${flag.split(/\s/)[0] ?? ""}=VALUE.`;
  return undefined;
};

/** Address of an HTTP proxy, in plain text in the state. User and password are the secret `proxyCredentials`. */
export const checkProxy: FieldCheck = (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "")
    return `is ${quote(value)}, which is not a proxy URL. Write it with scheme and port, such as http://proxy.example.com:3128.`;
  if (url.username !== "" || url.password !== "")
    return `has a user or password for ${url.host} in plain text. Take them out, choose a new password, and set both as a secret: ${secretCommand("proxyCredentials")}`;
  if (url.pathname.length > 1 || url.search !== "" || url.hash !== "")
    return `is ${quote(value)}, with a path. Write only scheme, host and port.`;
  // URL parsing accepts much more, such as surrounding spaces and line breaks, but the text is used unchanged.
  if (!/^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d+)?\/?$/i.test(value))
    return `is ${quote(value)}, which is not a plain proxy URL. Write it without spaces or other characters, such as http://proxy.example.com:3128.`;
  return leadsToItself(url.hostname.replace(/^\[|\]$/g, ""))
    ? `is ${quote(value)}, which inside Rancher's container means that container. Give the proxy's address in the host's network.`
    : undefined;
};

/** A name, address or network that is reached without the proxy, in Go's `NO_PROXY` syntax. */
export const checkNoProxy: FieldCheck = (value) => {
  if (value === "" || /[\s,]/.test(value))
    return `is ${quote(value)}. Write one name, address or network per entry, such as .example.com or 10.0.0.0/8.`;
  return /^(\*|[\w.*:[][\w.*:[\]-]*(\/\d{1,3})?(:\d+)?)$/.test(value)
    ? undefined
    : `is ${quote(value)}, which is not a name, an address or a network. Write one, such as .example.com or 10.0.0.0/8.`;
};

/** A registry, as Rancher prefixes its image names with it. */
export const checkRegistry: FieldCheck = (value) => {
  if (/^[a-z]+:\/\//i.test(value)) return `is ${quote(value)}, a URL. Write only host and port.`;
  if (value.includes("@")) return "contains a user. Write only host and port; the host's Docker engine authenticates.";
  return /^[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?(\/[a-z0-9][a-z0-9._-]*)*$/.test(value)
    ? undefined
    : `is ${quote(value)}, which is not a registry. Write its host, and its port if it has one: registry.example.com:5000.`;
};

/** Names of containers that this program creates, renames and removes. */
const ownContainers: readonly string[] = [
  ...Object.values(nginxContainers),
  rancherUpgradeTest.container,
  helperContainer,
];

/** A name that Docker accepts for containers: https://github.com/moby/moby/blob/master/daemon/names/names.go. */
export const checkContainer: FieldCheck = (value) => {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(value))
    return `is ${quote(value)}, which is not a container name. Write the name that docker ps shows.`;
  return ownContainers.includes(value)
    ? `is ${value}, a container of this program. Name the one that was started by hand, as docker ps shows it.`
    : undefined;
};
