import { HighAvailability } from "../../components/recipes/high-availability.ts";
import type { ExportedResource, ExportedStack } from "../../operations/recovery/deployment.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { balancerHost, prodCluster, nginxBalancer, prodSecrets, prodSettings } from "./prod-stack.ts";

/** The state of a stack with these balancers, built from what the program really registers. */
export async function exportedStack(balancers: readonly string[]): Promise<ExportedStack> {
  const hosts = balancers.map((name, index) => balancerHost({ name, address: `192.0.2.${20 + index}` }));
  const { registrations } = await synthesise(
    () =>
      new HighAvailability("rancher", {
        settings: prodSettings({ loadBalancer: nginxBalancer({ hosts }) }),
        secrets: prodSecrets(),
        cluster: prodCluster(),
      }),
    { stack: "prod" },
  );
  const resources = registrations.map(({ type, name, parent, dependencies, inputs }): ExportedResource => ({
    urn: urnOf(parent, type, name),
    type,
    ...(parent !== "" && { parent }),
    inputs,
    dependencies,
    propertyDependencies: { create: dependencies, update: null },
  }));
  return { version: 3, deployment: { resources, pending_operations: [] } };
}

/** As the mock monitor makes them: with one level of the chain of types. */
function urnOf(parent: string, type: string, name: string): string {
  const above = parent === "" ? "" : `${parent.split("::")[2]?.split("$").pop() ?? ""}$`;
  return `urn:pulumi:prod::rancher::${above}${type}::${name}`;
}
