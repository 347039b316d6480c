import { adoptedSuffix } from "../components/docker/data-adopt.ts";
import { inRancherContainer, rancherVolume } from "../components/docker/names.ts";
import type { SingleNodeSettings } from "../components/stack-file.ts";
import type { FoundContainer } from "./found-container.ts";

/** What was found in a container, for people. */
export function foundText(found: FoundContainer): string {
  const { version, running, data, kib, ports, mounts, variables } = found;
  const list = (values: readonly string[]) => (values.length === 0 ? "none" : values.join(", "));
  const rows: readonly (readonly [string, string])[] = [
    ["container", `${found.container}, ${running ? "running" : "stopped"}, restart policy ${found.restart}`],
    ["image", found.image],
    ["Rancher", version ?? "it does not tell which version"],
    ["data", `${dataText(data)}${kib === undefined ? "" : `, ${(kib / 1024).toFixed(0)} MiB`}`],
    ["ports", list(ports.map((port) => port.replace(/^:/, "0.0.0.0:").replace(" ", " for ")))],
    ["mounts", list(mounts.map((mount) => mount.replace(/^(\S+) (.*) (\S+)$/, "$1 $2 at $3")))],
    ["variables", list(variables)],
    ["arguments", list(found.arguments)],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(10)} ${value}`).join("\n");
}

function dataText(data: string): string {
  if (data.startsWith("volume ")) return `in the volume ${data.slice("volume ".length)}`;
  if (data.startsWith("bind ")) return `in the folder ${data.slice("bind ".length)} of the host`;
  return "in the container itself: they would be lost with it";
}

/** Keys of the stack file that stand for a variable of the container. */
const keysOfVariables: readonly (readonly [RegExp, string])[] = [
  [/^AUDIT_/, "docker.auditLog"],
  [/^(HTTPS?_PROXY|NO_PROXY)$/i, "docker.proxy"],
  [/^CATTLE_SYSTEM_DEFAULT_REGISTRY$/, "docker.registry"],
  [/^CATTLE_BOOTSTRAP_PASSWORD$/, "nothing: it was used at the first start"],
  [/^(SSL_CERT_DIR|ACME_DOMAIN)$/, "nothing yet"],
];

const keysOfArguments: readonly (readonly [RegExp, string])[] = [
  [/^--no-cacerts/, "tls: it follows from the certificate's source"],
  [/^--acme-domain/, "tls: Let's Encrypt comes with a later release on a single node"],
  [/^--https?-listen-port/, "nothing: inside the container Rancher has ports 80 and 443"],
];

/** What of it is not taken over by itself, and the key of the stack file that says it. */
export function notTakenOver(found: FoundContainer, { tls }: Pick<SingleNodeSettings, "tls">): string[] {
  const { variables, mounts } = found;
  const known = (rows: readonly (readonly [RegExp, string])[], word: string) => rows.find(([of]) => of.test(word))?.[1];
  return [
    ...(tls.source !== "rancher" && hasOwnCertificate(found) ? [ownCertificate] : []),
    ...variables.map((name) => `variable ${name}: ${known(keysOfVariables, name) ?? "docker.environment"}`),
    ...found.arguments.map((word) => `argument ${word}: ${known(keysOfArguments, word) ?? "docker.arguments"}`),
    ...mounts.flatMap((mount) => {
      const inside = mount.split(" ").at(-1) ?? "";
      if (inside === inRancherContainer.data) return [];
      return [`mount at ${inside}: ${keyOfMount(inside)}`];
    }),
  ];
}

/** Whether Rancher made its certificate itself, as it does where nobody gives it one. */
function hasOwnCertificate({ mounts, arguments: words }: FoundContainer): boolean {
  return (
    !mounts.some((mount) => mount.split(" ").at(-1)?.startsWith("/etc/rancher/ssl")) &&
    !words.some((word) => /^--(no-cacerts|acme-domain)/.test(word))
  );
}

const ownCertificate =
  "the certificate Rancher made for itself: agents of its clusters trust that CA, and no other. Has it clusters, then " +
  "loadBalancer: { kind: none } and tls: { source: rancher }";

function keyOfMount(inside: string): string {
  if (inside.startsWith("/etc/rancher/ssl"))
    return "tls: source: secret, with the certificate from the stack or { onHost: PATH }";
  if (inside.startsWith(inRancherContainer.auditLog)) return "docker.auditLog; the old log stays where it is";
  // The image declares volumes of its own, which hold nothing that does not come back.
  return /^\/var\/(lib\/(kubelet|cni)|log)$/.test(inside)
    ? "nothing: it comes back by itself"
    : "nothing: it is not mounted any more";
}

/** What happens when it is taken over, step by step. */
export function adoptionSteps(
  { container, version, data }: FoundContainer,
  { loadBalancer }: Pick<SingleNodeSettings, "loadBalancer">,
): string[] {
  const here = data === `volume ${rancherVolume}`;
  return [
    `${container} is stopped while its data are copied, then serves again while they are archived`,
    here
      ? `it is stopped for good; its data are in the volume ${rancherVolume} already`
      : `it is stopped for good, and its data are copied into the volume ${rancherVolume}`,
    `it is kept, stopped, as ${container}${adoptedSuffix}, with its data as they are: your way back`,
    `Rancher ${version ?? ""} starts on the data in a container of this program${loadBalancer.kind === "nginx" ? ", behind nginx" : ""}`,
  ];
}
