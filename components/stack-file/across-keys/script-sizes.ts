import { renderRancherDataScript } from "../../docker/data/rancher-data-script.ts";
import { rancherContainerSpec } from "../../docker/rancher/rancher-container-spec.ts";
import { rancherNetwork } from "../../docker/names.ts";
import { localHost, sshHost, type Host } from "../../host/host.ts";
import type { ShellScript } from "../../host/shell/link.ts";
import { maxScriptBytes, scriptBytes } from "../../host/script.ts";
import { renderHaproxyScript } from "../../load-balancer/haproxy/haproxy-script.ts";
import { renderSingleNodeNginxScript } from "../../load-balancer/nginx/single-node/single-node-nginx-script.ts";
import { renderNginxContainerScript } from "../../load-balancer/nginx/container/nginx-container-script.ts";
import { renderNginxScript } from "../../load-balancer/nginx/package/nginx-script.ts";
import { balancerCertificates, rancherListeners } from "../../load-balancer/rancher-listeners.ts";
import type { Problem } from "../../program/problem.ts";
import type { HighAvailabilitySettings, Settings, SingleNodeSettings } from "../settings.ts";
import { generatedCertificateFiles } from "../../tls/generated/generated-certificate-script.ts";

/** Bytes that the scripts of a run may have in addition: digests, the name of the stack. */
const reserve = 512;

/**
 * Settings smaller than this, in bytes, are not checked, because rendering takes time. The largest script has 13 KB
 * without sites, and a site adds at most 16 bytes of script per byte of its settings.
 */
const harmless = 4096;

/** A script whose size depends on the stack file. */
interface SizedScript {
  readonly name: string;
  readonly host: Host;
  readonly body: ShellScript;
}

/**
 * Reports scripts that are too large to be sent to their host, each at the key that takes up the most. Renders the same
 * scripts as a run, without secrets, which are sent on standard input without a limit.
 */
export function scriptSizeProblems(settings: Settings): Problem[] {
  if (textBytes(settings) < harmless) return [];
  const scripts = settings.mode === "single-node" ? singleNodeScripts(settings) : balancerScripts(settings);
  const problems = scripts.flatMap(({ name, host, body }): Problem[] => {
    const bytes = scriptBytes(host, { name, title: "", body, timeoutSeconds: 3600 }) + reserve;
    if (bytes <= maxScriptBytes) return [];
    const largest = largestKey(settings);
    const message =
      `is too large: it adds ${largest.bytes} bytes to the script ${name} for host ${host.name}, which would have ` +
      `${bytes}. The limit is ${maxScriptBytes}. Shorten it.`;
    return [{ key: largest.key, message }];
  });
  // The hosts of one balancer get the same script.
  return problems.filter(({ key }, index) => problems.findIndex((other) => other.key === key) === index);
}

/** The key of the second level, such as `docker.environment`, whose value is the longest text. */
function largestKey(settings: Settings): { readonly key: string; readonly bytes: number } {
  const sizes = Object.entries(settings as unknown as Record<string, unknown>).flatMap(([outer, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([inner, part]) => ({ key: `rancher:${outer}.${inner}`, bytes: textBytes(part) }))
      : [{ key: `rancher:${outer}`, bytes: textBytes(value) }],
  );
  return sizes.reduce((largest, each) => (each.bytes > largest.bytes ? each : largest));
}

function textBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? "");
}

/** Private keys are not part of a script's text. */
const noKey = () => "";

function balancerScripts(settings: HighAvailabilitySettings): SizedScript[] {
  const { loadBalancer } = settings;
  if (loadBalancer.kind === "external" || loadBalancer.kind === "none") return [];
  const listeners = rancherListeners(settings);
  const script = () => {
    if (loadBalancer.kind === "haproxy") {
      const passThrough = listeners.flatMap((listener) => (listener.layer === 4 ? [listener] : []));
      return { name: "haproxy", body: renderHaproxyScript({ listeners: passThrough, options: loadBalancer.options }) };
    }
    const { options, image, package: source } = loadBalancer;
    const served = { listeners, options, certificates: balancerCertificates(settings, noKey) };
    return loadBalancer.runAs === "container"
      ? { name: "nginx-container", body: renderNginxContainerScript({ ...served, image }) }
      : { name: "nginx", body: renderNginxScript({ ...served, package: source }) };
  };
  const rendered = script();
  return loadBalancer.hosts.map((host) => ({ ...rendered, host: sshHost(host) }));
}

function singleNodeScripts(settings: SingleNodeSettings): SizedScript[] {
  const { docker, loadBalancer, version } = settings;
  const local = docker.host.kind === "local";
  const host = docker.host.kind === "local" ? localHost("local") : sshHost(docker.host);
  const spec = rancherContainerSpec(settings, "");
  const data = renderRancherDataScript({ local, spec, version, image: docker.image, backup: docker.backup });
  const scripts = [{ name: "rancher-data", host, body: data }];
  if (loadBalancer.kind === "none") return scripts;
  const certificates = balancerCertificates(settings, noKey, generatedCertificateFiles(host));
  const served = { listeners: rancherListeners(settings), options: loadBalancer.options, certificates };
  const nginx =
    loadBalancer.runAs === "host"
      ? { name: "nginx", body: renderNginxScript({ ...served, package: loadBalancer.package }) }
      : {
          name: "nginx-container",
          body: renderSingleNodeNginxScript({
            ...served,
            image: loadBalancer.image,
            singleNode: { network: rancherNetwork, local },
          }),
        };
  return [...scripts, { ...nginx, host }];
}
