import { rancherLabels } from "../../components/docker/names.ts";
import { quote } from "../../components/host/shell.ts";
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
  const steps = objects.map(({ kind, name, stack }) => {
    const labels = kind === "container" ? ".Config.Labels" : ".Labels";
    const found = `docker ${kind} inspect -f '{{.Id}} {{index ${labels} "${rancherLabels.stack}"}}' ${quote(name)} 2>/dev/null`;
    const adopt = `printf '%s\\n' "${kind} ${name} \${found%% *}"`;
    const take =
      kind === "network"
        ? adopt
        : `if [ "$(docker container inspect -f '{{.State.Running}}' ${quote(name)})" = true ]; then
    ${adopt}
  else
    docker container rm -v ${quote(name)} >/dev/null || fail 30 "the container ${name}, which an interrupted run left stopped, cannot be removed; the reason is above"
    say "recovered: removed the container ${name}, which did not run"
  fi`;
    return `found=$(${found}) || found=
if [ "\${found#* }" = ${quote(stack)} ]; then
  ${take}
fi`;
  });
  const marker = `name=${machine.hostName} stack=${machine.stack} `;
  const body = `if [ "$(tr '\\n' ' ' <"$state/machine" 2>/dev/null)" != ${quote(marker)} ]; then
  say "this machine is not ${machine.hostName} of ${machine.stack}; nothing on it was touched"
  exit 0
fi
${steps.join("\n")}
`;
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
