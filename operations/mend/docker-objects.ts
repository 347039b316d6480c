import { rancherLabels } from "../../components/docker/names.ts";
import { quote } from "../../components/host/shell.ts";
import type { ScriptText } from "../../components/host/script.ts";
import { pendingOperations, type ExportedStack } from "./deployment.ts";

/** What an engine was making when it died: it may be there, and the state knows nothing of it. */
export interface PendingDockerObject {
  readonly kind: "container" | "network";
  readonly name: string;
  /** Value of the label that says whose it is. */
  readonly stack: string;
}

const kinds: Readonly<Record<string, PendingDockerObject["kind"]>> = {
  "docker:index/container:Container": "container",
  "docker:index/network:Network": "network",
};

/** Those whose name a second one of theirs could not have. Volumes and images are taken as they are found. */
export function pendingDockerObjects(stack: ExportedStack): PendingDockerObject[] {
  return pendingOperations(stack).flatMap(({ type, resource }) => {
    const kind = kinds[resource.type];
    const name = resource.inputs?.["name"];
    const owner = labelOf(resource.inputs?.["labels"], rancherLabels.stack);
    if (type !== "creating" || kind === undefined || typeof name !== "string" || owner === undefined) return [];
    return [{ kind, name, stack: owner }];
  });
}

/**
 * A script for the Docker host that takes them away, so that they can be made again: Rancher ends by itself, and its data
 * are in a volume that stays.
 */
export function clearDockerObjects(objects: readonly PendingDockerObject[]): ScriptText {
  const label = `'{{index .%Labels "${rancherLabels.stack}"}}'`;
  const steps = objects.map(({ kind, name, stack }) => {
    const [held, remove] =
      kind === "container"
        ? [
            label.replace("%", "Config."),
            `docker stop -t 60 ${quote(name)} >/dev/null && docker rm -f -v ${quote(name)}`,
          ]
        : [label.replace("%", ""), `docker network rm ${quote(name)}`];
    return `if [ "$(docker ${kind} inspect -f ${held} ${quote(name)} 2>/dev/null)" = ${quote(stack)} ]; then
  ${remove} >/dev/null || fail 30 "the ${kind} ${name}, which an interrupted run had begun to make, cannot be removed; docker says why above"
  say "mended: removed the ${kind} ${name}, which the interrupted run had begun to make"
fi`;
  });
  return { name: "mend", title: "takes away what is half made", body: `${steps.join("\n")}\n`, timeoutSeconds: 300 };
}

function labelOf(labels: unknown, wanted: string): string | undefined {
  if (!Array.isArray(labels)) return undefined;
  const found = labels.find((each: { label?: unknown }) => each.label === wanted) as { value?: unknown } | undefined;
  return typeof found?.value === "string" ? found.value : undefined;
}
