import { KubeConfig } from "@kubernetes/client-node";

import type { CertificateAuthority } from "../kubernetes/certificate-authority.ts";
import type { IngressController } from "../kubernetes/ingress-controller.ts";
import type { Kubernetes } from "../kubernetes/kubernetes.ts";
import type { Participant } from "../summary.ts";
import { startPlayedCertManager } from "./cert-manager.ts";
import { startPlayedHelmController } from "./helm-controller.ts";
import { type PlayedIngress, startPlayedIngress } from "./ingress.ts";
import type { ListenerPlace } from "./node-listener.ts";
import { startPlayedRancherPods } from "./rancher-pods.ts";
import { startWebhookRelaxing } from "./webhooks.ts";

/** Everything that stands in for pods: they are played, so what they would do has to be done by us. */
export interface PlayedCluster extends Pick<PlayedIngress, "counters" | "listeners"> {
  /** What is played here, for the rehearsal to say so. */
  readonly participants: readonly Participant[];
  close(): Promise<void>;
}

export interface PlayedClusterOptions {
  readonly kubernetes: Pick<Kubernetes, "kubeconfig">;
  /** Where ports 80 and 443 are opened. */
  readonly nodes: readonly ListenerPlace[];
  /** Where the listeners' logs go; made with mode 0700. */
  readonly folder: string;
  /** Signs what Rancher's CA and ACME would sign. */
  readonly authority: CertificateAuthority;
  /** @default "traefik" */
  readonly ingressController?: IngressController;
  /** @default 80 and 443 */
  readonly ports?: { readonly http: number; readonly https: number };
  /** A Rancher server that is not played; the nodes lead to it. @default none: Rancher is played, too */
  readonly genuineRancher?: { readonly socket: string; readonly participant: Participant };
  readonly progress: (line: string) => void;
}

/** Starts every played part of a cluster. @throws when a node's ports cannot be opened; nothing is left then. */
export async function startPlayedCluster(options: PlayedClusterOptions): Promise<PlayedCluster> {
  const { kubernetes, authority, genuineRancher, progress } = options;
  const client = new KubeConfig();
  client.loadFromString(kubernetes.kubeconfig);
  const ingress = await startPlayedIngress({
    ...options,
    ingressController: options.ingressController ?? "traefik",
    client,
    ...(genuineRancher && { rancherSocket: genuineRancher.socket }),
  });
  const parts = [
    startWebhookRelaxing({ client, progress }),
    startPlayedCertManager({ client, authority, progress }),
    startPlayedRancherPods({ client, authority, progress }),
    startPlayedHelmController({ client, progress }),
  ];
  return {
    listeners: ingress.listeners,
    counters: () => ingress.counters(),
    participants: [
      standIn("kubelet and pods", "kwok"),
      standIn("ingress controller and helm-controller"),
      standIn("cert-manager"),
      genuineRancher?.participant ?? standIn("Rancher"),
    ],
    close: async () => {
      await Promise.all(parts.map((part) => part.stop()));
      await ingress.close();
    },
  };
}

function standIn(name: string, from = "this project"): Participant {
  return { name, version: "-", kind: "stand-in", from };
}
