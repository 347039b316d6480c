import { rancherLabels } from "../../components/docker/names.ts";
import { shellFile } from "../../components/host/shell/shell-files.ts";
import type { ScriptText } from "../../components/host/script.ts";
import { pendingOperations, type Adoption, type ExportedStack } from "./deployment.ts";

/** An object that an engine was creating when it died. It may exist without being in the state. */
export interface PendingDockerObject {
  readonly urn: string;
  readonly kind: "container" | "network";
  readonly name: string;
  /** Value of the label with the stack it belongs to. */
  readonly stack: string;
}

const kinds: Readonly<Record<string, PendingDockerObject["kind"]>> = {
  "docker:index/container:Container": "container",
  "docker:index/network:Network": "network",
};

/** Pending objects with a unique name. Existing volumes and images are simply used again. */
export function pendingDockerObjects(stack: ExportedStack): PendingDockerObject[] {
  return pendingOperations(stack).flatMap(({ type, resource }) => {
    const kind = kinds[resource.type];
    const name = resource.inputs?.["name"];
    const owner = labelOf(resource.inputs?.["labels"], rancherLabels.stack);
    if (type !== "creating" || kind === undefined || typeof name !== "string" || owner === undefined) return [];
    return [{ urn: resource.urn, kind, name, stack: owner }];
  });
}

/**
 * A script for the Docker host that prints `<kind> <name> <id>` of each of them that exists and carries the stack's
 * label. A container that does not run is removed instead, so that it can be created again; its data is in a volume,
 * which is kept. Does nothing on a machine without this stack's marker.
 *
 * @param machine content of the machine's marker: the host's name and `<project>/<stack>`
 */
export function findDockerObjects(
  objects: readonly PendingDockerObject[],
  machine: { readonly hostName: string; readonly stack: string },
): ScriptText {
  const values = {
    host: machine.hostName,
    stack: machine.stack,
    stack_label: rancherLabels.stack,
    objects: objects.map(({ kind, name, stack }) => `${kind}\t${name}\t${stack}`).join("\n"),
  };
  const body = { main: shellFile("docker/interrupted-objects.sh"), values };
  return { name: "recover", title: "looks for what an interrupted run created", body, timeoutSeconds: 300 };
}

/** Parses the script's output into resources for the state. */
export function adoptedDockerObjects(objects: readonly PendingDockerObject[], output: string): Adoption[] {
  const found = new Map(
    output.split("\n").map((line) => {
      const [kind, name, id] = line.split(" ");
      return [`${kind} ${name}`, id];
    }),
  );
  return objects.flatMap(({ urn, kind, name }) => {
    const id = found.get(`${kind} ${name}`);
    return id === undefined ? [] : [{ urn, id }];
  });
}

function labelOf(labels: unknown, wanted: string): string | undefined {
  if (!Array.isArray(labels)) return undefined;
  const found = labels.find((each: { label?: unknown }) => each.label === wanted) as { value?: unknown } | undefined;
  return typeof found?.value === "string" ? found.value : undefined;
}
