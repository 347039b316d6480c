import type * as pulumi from "@pulumi/pulumi";
import type { ClusterFacts } from "./cluster-facts.ts";

/** The cluster that Rancher is installed on, whether this program found or created it. */
export interface Cluster {
  readonly facts: ClusterFacts;
  /** Secret. Unknown in the preview of a run that creates the cluster, so nothing at preview may wait for it. */
  readonly kubeconfig: pulumi.Output<string>;
  /** UID of the namespace `kube-system`. Not secret: a recovery reads it from the state. */
  readonly uid: pulumi.Input<string | undefined>;
  /** What has to exist before anything is installed on the cluster; empty if the cluster existed before this stack. */
  readonly ready: readonly pulumi.Resource[];
}
