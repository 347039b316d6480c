import type * as pulumi from "@pulumi/pulumi";
import { clientAddressSourceOf } from "../ingress/balancer-trust.ts";
import type { HighAvailabilitySettings } from "../../stack-file/settings.ts";
import { readKnown } from "../../program/known-output.ts";
import type { Cluster } from "../cluster.ts";
import type { ClusterFacts } from "../cluster-facts.ts";
import { plannedFacts } from "../planned-facts.ts";
import { survey } from "./survey.ts";

/** Whether a value exists in this run. In the SDK, but left out of its published types. */
type MaybeKnown = { readonly isKnown: Promise<boolean> };

/**
 * A cluster that this program did not create, surveyed with its kubeconfig. If the kubeconfig is the output of a resource
 * that a preview does not create, its facts are planned, and the run that creates it surveys the cluster.
 *
 * @param stack `<project>/<stack>`, to tell this stack's objects from others'.
 * @throws what `survey` throws
 */
export async function existingCluster(
  settings: HighAvailabilitySettings,
  kubeconfig: pulumi.Output<string>,
  stack: string,
): Promise<Cluster> {
  const { isKnown } = kubeconfig as unknown as MaybeKnown;
  const facts = (await isKnown) ? await surveyed(settings, kubeconfig, stack) : plannedFacts(settings);
  return { facts, kubeconfig, uid: facts.uid, ready: [] };
}

function surveyed(
  settings: HighAvailabilitySettings,
  kubeconfig: pulumi.Output<string>,
  stack: string,
): Promise<ClusterFacts> {
  const trustsBalancer = clientAddressSourceOf(settings) !== undefined;
  return readKnown(kubeconfig, (text) => survey(text, stack, trustsBalancer, settings.hostname));
}
