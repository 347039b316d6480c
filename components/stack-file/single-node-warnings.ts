import { readMemorySize } from "../docker/memory-size.ts";
import type { Problem } from "../problem.ts";
import { nginxBalancer } from "./parsed-balancer.ts";
import { imageWarning } from "./image-field.ts";
import { isMapping } from "./mapping.ts";
import type { Parsed } from "./schema.ts";
import type { SecretName } from "./secret-keys.ts";
import type { SingleNodeFile } from "./single-node-schema.ts";

/** What Rancher asks for 5 clusters, the least it names: installation-requirements, "Docker". */
const smallest = 4 * 1024 ** 3;

/** What works on a single node, and is worth knowing at every preview. */
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
      `is ${memory}. Rancher asks for 4g for 5 clusters, and 8g for 15; with less it may be ended.`,
    );
  if (docker?.backup?.schedule === "hourly")
    report(
      "docker.backup.schedule",
      "is hourly: each time Rancher stands still while its data is copied. Daily is usual.",
    );
  if (isMapping(docker?.host) && isSet("sshPrivateKey"))
    report(
      "sshPrivateKey",
      "serves the scripts on the Docker host. Docker's own connection signs in with keys of the SSH agent alone: have the " +
        "same key there, ssh-add.",
    );
  const nginx = nginxBalancer(parsed);
  const old = nginx?.runAs === "container" && nginx.image !== undefined ? imageWarning(nginx.image) : undefined;
  if (old !== undefined) report("loadBalancer.image", old);
  return warnings;
}
