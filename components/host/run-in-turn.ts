import type * as pulumi from "@pulumi/pulumi";
import type { ManagedHost } from "./managed-host.ts";

/**
 * Runs a script on one host after another. After a failure, the remaining hosts are not changed.
 *
 * @param opts `after`: resources that all of the scripts depend on
 */
export function runInTurn<Target extends { readonly machine: ManagedHost }>(
  targets: readonly Target[],
  scriptFor: (target: Target) => Parameters<ManagedHost["run"]>[0],
  { parent, after = [] }: { readonly parent: pulumi.Resource; readonly after?: readonly pulumi.Resource[] },
): void {
  targets.reduce<readonly pulumi.Resource[]>(
    (before, target) => [target.machine.run(scriptFor(target), { parent, dependsOn: [...after, ...before] })],
    [],
  );
}
