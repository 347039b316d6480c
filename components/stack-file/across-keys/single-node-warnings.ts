import { readMemorySize } from "../../docker/rancher/memory-size.ts";
import type { Problem } from "../../program/problem.ts";
import { nginxBalancer } from "../keys/load-balancer/parsed-balancer.ts";
import { imageWarning } from "../fields/image-field.ts";
import { isMapping } from "../reading/mapping.ts";
import type { Parsed } from "../reading/parsed.ts";
import type { SecretName } from "../keys/secrets/secret-keys.ts";
import type { SingleNodeFile } from "../single-node-schema.ts";

/** Rancher's recommendation for 5 clusters, its smallest size: installation-requirements, "Docker". */
const smallest = 4 * 1024 ** 3;

/** Warnings for a single node that every preview shows. */
export function singleNodeWarnings(
  parsed: Parsed<SingleNodeFile>,
  isSet: (name: SecretName) => boolean,
): readonly Problem[] {
  const warnings: Problem[] = [];
  const report = (key: string, message: string) => warnings.push({ key: `rancher:${key}`, message });
  const { docker } = parsed;
  const { memory } = docker ?? {};
  if (memory !== undefined && (readMemorySize(memory) ?? smallest) < smallest)
    report(
      "docker.memory",
      `is ${memory}. Rancher recommends 4g for 5 clusters, and 8g for 15; with less it may be killed.`,
    );
  if (docker?.backup?.schedule === "hourly")
    report(
      "docker.backup.schedule",
      "is hourly: Rancher is stopped every time while its data is copied. Daily is usual.",
    );
  if (isMapping(docker?.host) && isSet("sshPrivateKey"))
    report(
      "sshPrivateKey",
      "is used for the scripts on the Docker host. Docker's own connection uses only keys of the SSH agent: add " +
        "the same key with ssh-add.",
    );
  const nginx = nginxBalancer(parsed);
  const old = nginx?.runAs === "container" && nginx.image !== undefined ? imageWarning(nginx.image) : undefined;
  if (old !== undefined) report("loadBalancer.image", old);
  return warnings;
}
