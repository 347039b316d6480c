import type { IngressFindings } from "./ingress/ingress-findings.ts";

/** What the gate and the recipe must know of a cluster before anything is registered: plain data, nothing to wait for. */
export interface ClusterFacts {
  /**
   * `surveyed`: the cluster's API answered. `planned`: derived from the stack file, because the cluster does not exist
   * yet or must not be asked.
   */
  readonly origin: "surveyed" | "planned";
  /** UID of the namespace `kube-system`, which identifies a cluster for its whole life; only if surveyed. */
  readonly uid: string | undefined;
  /** As the API server reports it: `v1.34.1`, `v1.34.1+k3s1`. */
  readonly kubernetesVersion: string;
  readonly ingressClasses: readonly IngressClass[];
  readonly certManager: Installed | undefined;
  readonly rancher: Installed | undefined;
  /** The installed Rancher expects TLS to end before it reaches the cluster: it has been behind layer 7 so far. */
  readonly externalTls: boolean;
  /** How the ingress controller is configured; read only where it has to trust the load balancer. */
  readonly ingress: IngressFindings | undefined;
  /** Of the namespaces this program creates: those that exist without this stack's labels. */
  readonly foreignNamespaces: readonly string[];
  /** Namespaces with workloads that belong neither to Kubernetes nor to Rancher. */
  readonly otherWorkloads: readonly string[];
}

export interface IngressClass {
  readonly name: string;
  /** `traefik.io/ingress-controller`, `k8s.io/ingress-nginx`. */
  readonly controller: string;
  readonly isDefault: boolean;
}

export interface Installed {
  /** Three parts, no leading `v`; `unknown` where the objects that were found do not say. */
  readonly version: string;
  /** This stack installed it. */
  readonly owned: boolean;
}
