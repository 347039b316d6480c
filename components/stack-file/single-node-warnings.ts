import { readMemorySize } from "../docker/memory-size.ts";
import type { Problem } from "../problem.ts";
import { nginxBalancer } from "./balancer-draft.ts";
import { imageWarning } from "./image-field.ts";
import { isMapping } from "./mapping.ts";
import type { Draft } from "./schema.ts";
import type { SecretName } from "./secret-keys.ts";
import type { SingleNodeFile } from "./single-node-schema.ts";

/** What Rancher asks for 5 clusters, the least it names: installation-requirements, "Docker". */
const smallest = 4 * 1024 ** 3;

/** What works on a single node, and is worth knowing at every preview. */
export function singleNodeWarnings(
  draft: Draft<SingleNodeFile>,
  isSet: (name: SecretName) => boolean,
): readonly Problem[] {
  const warnings: Problem[] = [];
  const say = (key: string, message: string) => warnings.push({ key: `rancher:${key}`, message });
  const { docker } = draft;
  const { memory } = docker ?? {};
  if (memory !== undefined && (readMemorySize(memory) ?? smallest) < smallest)
    say("docker.memory", `is ${memory}. Rancher asks for 4g for 5 clusters, and 8g for 15; with less it may be ended.`);
  if (docker?.backup?.schedule === "hourly")
    say(
      "docker.backup.schedule",
      "is hourly: each time Rancher stands still while its data is copied. Daily is usual.",
    );
  if (isMapping(docker?.host) && isSet("sshPrivateKey"))
    say(
      "sshPrivateKey",
      "serves the scripts on the Docker host. Docker's own connection signs in with keys of the SSH agent alone: have the " +
        "same key there, ssh-add.",
    );
  const nginx = nginxBalancer(draft);
  const old = nginx?.runAs === "container" && nginx.image !== undefined ? imageWarning(nginx.image) : undefined;
  if (old !== undefined) say("loadBalancer.image", old);
  return warnings;
}
