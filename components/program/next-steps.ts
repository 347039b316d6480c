import { rancherContainer } from "../docker/names.ts";
import type { Settings, SingleNodeSettings } from "../stack-file/settings.ts";

/** The URL under which users reach Rancher. */
export function urlOf({ hostname, ...settings }: Settings): string {
  if (settings.mode === "high-availability") return `https://${hostname}`;
  const { https } = settings.loadBalancer.ports;
  return https === 443 ? `https://${hostname}` : `https://${hostname}:${https}`;
}

/**
 * What the user does after `pulumi up`, one step per entry. A list, because Pulumi prints a line break in a string as
 * `\n`.
 *
 * @param dataKept Whether Rancher's data is older than the stack's bootstrap password.
 */
export function nextSteps(settings: Settings, addresses: readonly string[], dataKept = false): string[] {
  return [
    ...dnsStep(settings, addresses),
    ...(settings.mode === "single-node" && settings.tls.source === "generated"
      ? ["Browsers warn until they trust the generated CA: pulumi stack output caCertificate > ca.pem"]
      : []),
    dataKept
      ? `Sign in at ${urlOf(settings)} with the existing passwords: Rancher's data is older than this stack, so the output bootstrapPassword does not apply. ${newPassword(settings)}`
      : `Sign in at ${urlOf(settings)} as admin; the first password: pulumi stack output bootstrapPassword --show-secrets`,
  ];
}

/** https://ranchermanager.docs.rancher.com/faq/technical-items */
function newPassword(settings: Settings): string {
  const onHost = settings.mode === "single-node" && settings.docker.host.kind === "ssh";
  const where = onHost ? `, on ${settings.docker.host.name}` : "";
  return `To reset the password of admin: docker exec -ti ${rancherContainer} reset-password${where}`;
}

function dnsStep(settings: Settings, addresses: readonly string[]): readonly string[] {
  if (settings.mode === "single-node" && resolvesLocally(settings)) return [];
  const target = addresses.length > 0 ? addresses.join(", ") : "your load balancer";
  return [`Point ${settings.hostname} to ${target} in DNS.`];
}

/** Every browser resolves names under localhost to this machine: RFC 6761. */
function resolvesLocally({ hostname, docker }: SingleNodeSettings): boolean {
  return docker.host.kind === "local" && hostname.endsWith(".localhost");
}
