import { adoptedSuffix, inRancherContainer, rancherVolume } from "../../components/docker/names.ts";
import type { SingleNodeSettings } from "../../components/stack-file/settings.ts";
import { secretCommand } from "../../components/stack-file/keys/secrets/secret-keys.ts";
import { isInsideData } from "./adoption-refusals.ts";
import { optionAnswers } from "./container-options.ts";
import type { FoundContainer } from "./found-container.ts";

/** The container's properties, as a table. */
export function foundText(found: FoundContainer): string {
  const { version, running, data, kib, ports, mounts, variables } = found;
  const list = (values: readonly string[]) => (values.length === 0 ? "none" : values.join(", "));
  const rows: readonly (readonly [string, string])[] = [
    ["container", `${found.container}, ${running ? "running" : "stopped"}, restart policy ${found.restart}`],
    ["image", found.image],
    ["Rancher", version ?? "unknown: neither image nor container has a version"],
    ["data", `${dataText(data)}${partsText(mounts)}${kib === undefined ? "" : `, ${(kib / 1024).toFixed(0)} MiB`}`],
    ["ports", list(ports.map((port) => port.replace(/^:/, "0.0.0.0:").replace(" ", " for ")))],
    ["mounts", list(mounts.map((mount) => mount.replace(/^(\S+) (.*) (\S+)$/, "$1 $2 at $3")))],
    ["variables", list(variables)],
    ["arguments", list(found.arguments)],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(10)} ${value}`).join("\n");
}

function partsText(mounts: readonly string[]): string {
  const parts = mounts.map((mount) => mount.split(" ").at(-1) ?? "").filter(isInsideData);
  return parts.length === 0 ? "" : `, with what is mounted at ${parts.join(", ")}`;
}

function dataText(data: string): string {
  if (data.startsWith("volume ")) return `in the volume ${data.slice("volume ".length)}`;
  if (data.startsWith("bind ")) return `in the folder ${data.slice("bind ".length)} of the host`;
  return "in the container itself, and lost with it";
}

const additionalCAs = "docker.additionalTrustedCAs, with the certificates of the CAs in one file";

/** Rancher cannot use Let's Encrypt itself, because nginx terminates TLS. */
const acme =
  "no key: Rancher no longer gets a certificate from Let's Encrypt itself. Use an ACME client on the host, and set tls: { source: secret, certificate: { onHost: PATH }, privateKey: { onHost: PATH } }";

/** Keys of the stack file that replace environment variables of the container. */
const keysOfVariables: readonly (readonly [RegExp, string])[] = [
  [/^AUDIT_/, "docker.auditLog"],
  [/^(HTTPS?_PROXY|NO_PROXY)$/i, "docker.proxy"],
  [/^SSL_CERT_(DIR|FILE)$/, additionalCAs],
  [/^CATTLE_SYSTEM_DEFAULT_REGISTRY$/, "docker.registry"],
  [/^CATTLE_BOOTSTRAP_PASSWORD$/, "nothing: it was used at the first start"],
  [/^ACME_DOMAIN$/, acme],
];

const keysOfArguments: readonly (readonly [RegExp, string])[] = [
  [/^--no-cacerts/, "tls: it follows from the certificate's source"],
  [/^--acme-domain/, acme],
  [/^--https?-listen-port/, "nothing: inside the container Rancher has ports 80 and 443"],
];

/** Settings that are not taken over automatically, each with its stack-file key or the reason why there is none. */
export function notTakenOver(found: FoundContainer, { tls }: Pick<SingleNodeSettings, "tls">): string[] {
  const { variables, mounts } = found;
  const known = (rows: readonly (readonly [RegExp, string])[], word: string) => rows.find(([of]) => of.test(word))?.[1];
  return [
    ...(tls.source !== "rancher" && hasOwnCertificate(found) ? [ownCertificate] : []),
    ...variables.map((name) => {
      const key = known(keysOfVariables, name) ?? "docker.environment";
      const credentials = found.withCredentials.includes(name)
        ? ", its user and password the secret rancher:proxyCredentials"
        : "";
      return `variable ${name}: ${key}${credentials}`;
    }),
    ...found.arguments.map((word) => `argument ${word}: ${known(keysOfArguments, word) ?? "docker.arguments"}`),
    ...mounts.flatMap((mount) => {
      const inside = mount.split(" ").at(-1) ?? "";
      if (inside === inRancherContainer.data || isInsideData(inside)) return [];
      return [`mount at ${inside}: ${keyOfMount(inside, found)}`];
    }),
    ...optionAnswers(found),
  ];
}

/** Whether Rancher generated its own certificate, as it does by default. */
function hasOwnCertificate({ mounts, arguments: args, variables }: FoundContainer): boolean {
  return (
    !variables.includes("ACME_DOMAIN") &&
    !mounts.some((mount) => mount.split(" ").at(-1)?.startsWith("/etc/rancher/ssl")) &&
    !args.some((word) => /^--(no-cacerts|acme-domain)/.test(word))
  );
}

const ownCertificate =
  "the certificate that Rancher generated: agents of its clusters trust only that CA. If it manages clusters, set " +
  "loadBalancer: { kind: none } and tls: { source: rancher }";

/** Folders of Rancher's image in which CA certificates are trusted. */
const trustFolders =
  /^(\/etc\/ssl\/certs|\/etc\/pki\/trust|\/usr\/share\/pki\/trust|\/usr\/local\/share\/ca-certificates)(\/|$)/;

function keyOfMount(inside: string, { certificateFolder }: FoundContainer): string {
  if (inside === certificateFolder || inside.endsWith("/ca-additional.pem") || trustFolders.test(inside))
    return additionalCAs;
  if (inside === inRancherContainer.k3sRegistries || inside === "/etc/rancher/k3s")
    return `the secret rancher:k3sRegistries, with the content of registries.yaml: ${secretCommand("k3sRegistries")}`;
  if (inside.startsWith("/etc/rancher/ssl"))
    return "tls: source: secret, with the certificate from the stack or { onHost: PATH }";
  if (inside.startsWith(inRancherContainer.auditLog)) return "docker.auditLog; the old log stays where it is";
  // The content of the image's own volumes is generated again.
  return /^\/var\/(lib\/(kubelet|cni)|log)$/.test(inside)
    ? "nothing: it is generated again"
    : "nothing: it is no longer mounted";
}

/** The steps of the takeover. */
export function adoptionSteps(
  { container, version, data }: FoundContainer,
  { loadBalancer }: Pick<SingleNodeSettings, "loadBalancer">,
): string[] {
  const here = data === `volume ${rancherVolume}`;
  return [
    `${container} is stopped while its data is copied, then runs again while the copy is archived`,
    here
      ? `it is stopped; its data is already in the volume ${rancherVolume}`
      : `it is stopped, and its data is copied into the volume ${rancherVolume}`,
    `it is kept, stopped, as ${container}${adoptedSuffix}, with its data unchanged: your way back`,
    `Rancher ${version ?? ""} starts on the data in a container of this program${loadBalancer.kind === "nginx" ? ", behind nginx" : ""}`,
  ];
}
