import { readKubeconfig } from "../../components/cluster/existing/kubeconfig.ts";
import { getFrom } from "../../components/cluster/existing/kubernetes-api.ts";
import { isOwned } from "../../components/cluster/ownership.ts";
import type { ExportedStack } from "./deployment.ts";

/** Timeout for the API server, in milliseconds. */
const answerTimeout = 10_000;

/** What a recovery must know about a cluster before it changes anything. */
export interface ClusterIdentity {
  /** UID of the namespace `kube-system`: constant for the life of a cluster, and unique. */
  readonly uid: string;
  /** Namespaces with this stack's label. */
  readonly ownedNamespaces: readonly string[];
}

interface Namespaces {
  readonly items: readonly {
    readonly metadata: {
      readonly name: string;
      readonly uid: string;
      readonly labels?: Readonly<Record<string, string>>;
    };
  }[];
}

/** @param stack `<project>/<stack>` */
export async function identifyCluster(kubeconfig: string, stack: string): Promise<ClusterIdentity> {
  const get = getFrom(await readKubeconfig(kubeconfig), AbortSignal.timeout(answerTimeout));
  const { items } = await get<Namespaces>("/api/v1/namespaces");
  return {
    uid: items.find(({ metadata }) => metadata.name === "kube-system")?.metadata.uid ?? "",
    ownedNamespaces: items
      .filter(({ metadata }) => isOwned(metadata.labels, stack))
      .map(({ metadata }) => metadata.name),
  };
}

/** UID of the state's cluster; undefined in states of program versions that did not record it. */
export function recordedCluster({ deployment }: ExportedStack): string | undefined {
  const recipe = deployment.resources?.find(({ type }) => type === "rancher:recipes:HighAvailability");
  const uid = recipe?.inputs?.["clusterUid"];
  return typeof uid === "string" ? uid : undefined;
}
