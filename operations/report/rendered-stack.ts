import * as pulumi from "@pulumi/pulumi";
import type { Secrets } from "../../components/program/stack-input.ts";
import type { Settings } from "../../components/stack-file/settings.ts";
import { plannedFacts } from "../../components/cluster/planned-facts.ts";
import { balancerFiles } from "./balancer-files.ts";
import { renderedFiles } from "./rendered-files.ts";
import { synthesise, type SynthesisOptions } from "../engine/synthesis.ts";

/**
 * The text of every artefact that a stack would place, by its path in the output folder. Contacts nothing: the cluster
 * is assumed to be empty, a secret is `[secret]`, and an image without a digest gets a placeholder.
 *
 * @param sealed Secret keys the stack file has.
 */
export async function renderedStack(
  stack: string,
  settings: Settings,
  sealed: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { registrations } = await synthesise(
    () => recipe(settings, sealedSecrets(sealed)),
    // Nothing answers, so nothing is waited for.
    { stack, preview: true, call: askedForDigest },
  );
  const files = [...renderedFiles(registrations), ...balancerFiles(settings)];
  return new Map(files.sort(([a], [b]) => a.localeCompare(b)));
}

async function recipe(settings: Settings, secrets: Secrets) {
  if (settings.mode === "single-node") {
    const { SingleNode } = await import("../../components/recipes/single-node.ts");
    return new SingleNode("rancher", { settings, secrets });
  }
  const { HighAvailability } = await import("../../components/recipes/high-availability.ts");
  const facts = plannedFacts(settings);
  const cluster = { facts, kubeconfig: pulumi.secret(sealedValue), uid: undefined, ready: [] };
  return new HighAvailability("rancher", { settings, secrets, cluster });
}

const askedForDigest: NonNullable<SynthesisOptions["call"]> = ({ token }) =>
  token === "docker:index/getRegistryImage:getRegistryImage" ? { sha256Digest: "sha256:ASKED-AT-PREVIEW" } : undefined;

const sealedValue = "[secret]";

/** Present where the stack file has them, never read. */
function sealedSecrets(sealed: readonly string[]): Secrets {
  const secret = () => pulumi.secret(sealedValue);
  return { ...Object.fromEntries(sealed.map((key) => [key, secret()])), privateKeyOf: secret };
}
