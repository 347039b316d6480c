import type { ExportedResource, ExportedStack } from "../recovery/deployment.ts";

export interface Forgotten {
  readonly stack: ExportedStack;
  /** URNs of the removed resources. */
  readonly urns: readonly string[];
}

/** Removes every resource on a host from a stack's state, and every reference to it. Nothing runs on the host. */
export function forgetHost(stack: ExportedStack, host: string): Forgotten {
  const resources = stack.deployment.resources ?? [];
  const gone = new Set(resources.filter((resource) => runsOn(resource, host)).map(({ urn }) => urn));
  for (const { urn, type, parent } of [...resources].reverse()) {
    if (type === "rancher:host:HostScript" && resources.some((child) => child.parent === urn && gone.has(child.urn))) {
      gone.add(urn);
      if (parent !== undefined && nameOf(parent) === host && typeOf(parent) === "rancher:host:ManagedHost") {
        gone.add(parent);
      }
    }
  }
  const kept = resources.filter(({ urn }) => !gone.has(urn)).map((resource) => withoutMentions(resource, gone));
  return { stack: { ...stack, deployment: { ...stack.deployment, resources: kept } }, urns: [...gone] };
}

/** The first line of every script names its host. The resource's name alone cannot distinguish `lb` from `lb-1`. */
function runsOn({ inputs }: ExportedResource, host: string): boolean {
  const script = inputs?.["create"];
  return typeof script === "string" && script.startsWith(`# host ${host} `);
}

function withoutMentions(resource: ExportedResource, gone: ReadonlySet<string>): ExportedResource {
  const keep = (urns: readonly string[]) => urns.filter((urn) => !gone.has(urn));
  return {
    ...resource,
    ...(resource.dependencies && { dependencies: keep(resource.dependencies) }),
    ...(resource.propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(resource.propertyDependencies).map(([key, urns]) => [key, urns && keep(urns)]),
      ),
    }),
  };
}

function nameOf(urn: string): string {
  return urn.split("::").pop() ?? "";
}

/** The type is the last of the chain of types in a URN. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? "";
}
