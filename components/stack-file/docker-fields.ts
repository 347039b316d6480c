import { helperContainer } from "../docker/data-helper.ts";
import { parseImageReference } from "../docker/image-reference.ts";
import { readMemorySize } from "../docker/memory-size.ts";
import { rancherUpgradeTest } from "../docker/names.ts";
import { containers as nginxContainers } from "../load-balancer/nginx-container-spec.ts";
import { defaultVersions } from "../versions.ts";
import { looksSecret } from "./environment-fields.ts";
import { leadsToItself, type FieldCheck } from "./network-fields.ts";
import { quote } from "./quote.ts";
import { secretCommand } from "./secret-keys.ts";

/** Rancher's image where the stack file names none. */
export function rancherImage(version: string): string {
  return `rancher/rancher:v${version}`;
}

const exampleImage = rancherImage(defaultVersions.rancher);

/** An image with the tag of one version; a digest may follow it. That the tag is `version`'s is a rule across keys. */
export const checkRancherImage: FieldCheck = (value) => {
  const [, digest] = value.split("@");
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))
    return "has a digest that is none: it is sha256: and 64 of the digits 0 to 9 and a to f. Copy it again.";
  const image = parseImageReference(value);
  if (image === undefined)
    return `is ${quote(value)}, which is no image. Write its name and version, such as ${exampleImage}.`;
  if (image.tag === undefined)
    return digest === undefined
      ? `is ${quote(value)}, which Docker reads as latest: another Rancher on another day. Name the version, such as ${exampleImage}.`
      : `is ${quote(value)}, which does not say which Rancher it is. Put the version before the digest: ${image.name}:v${defaultVersions.rancher}@${digest.slice(0, 13)}...`;
  if (moving.test(image.tag))
    return `is ${quote(value)}, whose tag names another Rancher on another day. Name the version, such as ${exampleImage}.`;
  return undefined;
};

/** Tags of Rancher's image that are moved to newer versions. */
const moving = /^(latest|stable|alpha|head|main|master|v?\d+(\.\d+)?(-head)?)$/;

/** What K3s asks for, which runs inside Rancher's container: https://docs.k3s.io/installation/requirements. */
const leastMemory = 2 * 1024 ** 3;

/** Beyond what any machine has; much more is beyond what Docker and a shell count with. */
const mostMemory = 64 * 1024 ** 4;

export const checkMemory: FieldCheck = (value) => {
  const bytes = readMemorySize(value);
  if (bytes === undefined)
    return `is ${quote(value)}, which is no size. Write a whole number with Docker's k, m or g, such as 8g.`;
  if (bytes > mostMemory)
    return `is ${quote(value)}, more than any machine has. Write what Rancher may use, such as 8g.`;
  return bytes < leastMemory
    ? `is ${quote(value)}, and Rancher with the Kubernetes inside it does not run in less than 2g. Rancher asks for 4g for 5 clusters, 8g for 15.`
    : undefined;
};

/** Docker refuses what is finer than a billionth. */
export function checkCpus(value: number): string | undefined {
  return value < 0.01 || Math.round(value * 100) / 100 === value
    ? undefined
    : `is ${value}, finer than anybody can give. Write two digits behind the point at most, such as 1.5.`;
}

/** Options of `docker run` that guides put beside Rancher's own. */
const dockerOptions =
  /^(-[a-z]$|-[pve][^-]|--(privileged|publish|volume|volumes-from|env|env-file|restart|name|network|net|mount|detach|memory|cpus|add-host|dns)(=|$))/;

/** Flags this program sets, or refuses to have set past it, with the key that says the same. */
const ownArguments: Readonly<Record<string, string>> = {
  "--no-cacerts": "follows from rancher:tls: a certificate without rancher:tls.caCertificate is a public CA's",
  "--acme-domain": "would have Rancher ask Let's Encrypt itself, but nginx ends TLS; rancher:tls says how",
  "--http-listen-port":
    "is the container's own port; rancher:docker.publish and rancher:loadBalancer.ports say the rest",
  "--https-listen-port":
    "is the container's own port; rancher:docker.publish and rancher:loadBalancer.ports say the rest",
  "--k8s-mode": "would have Rancher look for another Kubernetes than the one inside its container",
  "--audit-level": "is rancher:docker.auditLog.level",
  "--audit-log-path": "is set by rancher:docker.auditLog",
  "--audit-log-maxage": "is rancher:docker.auditLog.maxAge",
  "--audit-log-maxbackup": "is rancher:docker.auditLog.maxBackups",
  "--audit-log-maxsize": "is rancher:docker.auditLog.maxSize",
};

/** One word for Rancher behind the image. */
export const checkArgument: FieldCheck = (value) => {
  if (value === "") return "is empty. Leave it out.";

  if (/[\u0000-\u001f\u007f]/.test(value)) return "has a line break or another control character. Write one word each.";
  const [flag = ""] = value.split("=");
  const [, named = "", given = value] = /^-+([^=]+)=(.*)$/.exec(value) ?? [];
  if (looksSecret(named, given))
    return "looks like a secret, and these words are in plain text in the stack file, in the state and in docker inspect. Take it out, and count it as known to everyone who saw the file.";
  const own = Object.hasOwn(ownArguments, flag) ? ownArguments[flag] : undefined;
  if (own !== undefined) return `is ${flag}, which ${own}. Leave it out.`;
  if (dockerOptions.test(value))
    return `is ${quote(value)}, an option of docker run. These words go to Rancher, behind the image; what Docker is told has keys of its own in rancher:docker.`;
  if (/^--\S+\s/.test(value))
    return `is ${quote(value)}, a flag and its value in one word. Write them as ${flag.split(/\s/)[0] ?? ""}=VALUE.`;
  return undefined;
};

/** Address of an HTTP proxy. It is in plain text in the state; user and password are the secret `proxyCredentials`. */
export const checkProxy: FieldCheck = (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "")
    return `is ${quote(value)}, which is no proxy's URL. Write it with scheme and port, such as http://proxy.example.com:3128.`;
  if (url.username !== "" || url.password !== "")
    return `has a user or password for ${url.host} in plain text. Take them out, choose a new password, and set both as a secret: ${secretCommand("proxyCredentials")}`;
  if (url.pathname.length > 1 || url.search !== "" || url.hash !== "")
    return `is ${quote(value)}, with a path. Write scheme, host and port alone.`;
  // Much else is a URL to a browser, blanks and line breaks around it included; it is written down as it is.
  if (!/^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d+)?\/?$/i.test(value))
    return `is ${quote(value)}, which is not written as a proxy's URL. Write it without blanks and other signs, such as http://proxy.example.com:3128.`;
  return leadsToItself(url.hostname.replace(/^\[|\]$/g, ""))
    ? `is ${quote(value)}, which inside Rancher's container is that container. Give an address of the proxy in the host's network.`
    : undefined;
};

/** A name, address or network that is reached without the proxy, as Go reads `NO_PROXY`. */
export const checkNoProxy: FieldCheck = (value) => {
  if (value === "" || /[\s,]/.test(value))
    return `is ${quote(value)}. Write one name, address or network each, such as .example.com or 10.0.0.0/8.`;
  return /^(\*|[\w.*:[][\w.*:[\]-]*(\/\d{1,3})?(:\d+)?)$/.test(value)
    ? undefined
    : `is ${quote(value)}, which is no name, address or network. Write one such as .example.com or 10.0.0.0/8.`;
};

/** A registry as Rancher puts it before its images' names. */
export const checkRegistry: FieldCheck = (value) => {
  if (/^[a-z]+:\/\//i.test(value)) return `is ${quote(value)}, a URL. Write host and port alone.`;
  if (value.includes("@")) return "has a user in it. Write host and port alone; the host's Docker engine signs in.";
  return /^[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?(\/[a-z0-9][a-z0-9._-]*)*$/.test(value)
    ? undefined
    : `is ${quote(value)}, which is no registry. Write its host, and a port where it has one: registry.example.com:5000.`;
};

/** What this program calls containers that it makes, renames and removes as it needs to. */
const ownContainers: readonly string[] = [
  ...Object.values(nginxContainers),
  rancherUpgradeTest.container,
  helperContainer,
];

/** A name as Docker takes it for containers: https://github.com/moby/moby/blob/master/daemon/names/names.go. */
export const checkContainer: FieldCheck = (value) => {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(value))
    return `is ${quote(value)}, which no container is called. Write the name that docker ps shows.`;
  return ownContainers.includes(value)
    ? `is ${value}, a container of this program's own. Name the one somebody started by hand: docker ps shows it.`
    : undefined;
};
