import type * as pulumi from "@pulumi/pulumi";
import type { ManagedHost } from "./managed-host.ts";

/**
 * Runs a script on one host after another: what one of them refuses never reaches the next.
 *
 * @param opts `after` comes before all of them
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
