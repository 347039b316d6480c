import { KubeConfig } from "@kubernetes/client-node";

import type { CertificateAuthority } from "../kubernetes/certificate-authority.ts";
import type { IngressController } from "../kubernetes/ingress-controller.ts";
import type { Kubernetes } from "../kubernetes/kubernetes.ts";
import type { Participant } from "../summary.ts";
import { startFakeCertManager } from "./cert-manager.ts";
import { startFakeHelmController } from "./helm-controller.ts";
import { type FakeIngress, startFakeIngress } from "./ingress.ts";
import type { ListenerPlace } from "./node-listener.ts";
import { startFakeRancherPods } from "./rancher-pods.ts";
import { startWebhookRelaxing } from "./webhooks.ts";

/** Everything that stands in for pods: they are played, so what they would do has to be done by us. */
export interface FakeCluster extends Pick<FakeIngress, "counters" | "listeners"> {
  /** What is played here, for the rehearsal to say so. */
  readonly participants: readonly Participant[];
  close(): Promise<void>;
}

export interface FakeClusterOptions {
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
export async function startFakeCluster(options: FakeClusterOptions): Promise<FakeCluster> {
  const { kubernetes, authority, genuineRancher, progress } = options;
  const client = new KubeConfig();
  client.loadFromString(kubernetes.kubeconfig);
  const ingress = await startFakeIngress({
    ...options,
    ingressController: options.ingressController ?? "traefik",
    client,
    ...(genuineRancher && { rancherSocket: genuineRancher.socket }),
  });
  const parts = [
    startWebhookRelaxing({ client, progress }),
    startFakeCertManager({ client, authority, progress }),
    startFakeRancherPods({ client, authority, progress }),
    startFakeHelmController({ client, progress }),
  ];
  return {
    listeners: ingress.listeners,
    counters: () => ingress.counters(),
    participants: [
      simulated("kubelet and pods", "kwok"),
      simulated("ingress controller and helm-controller"),
      simulated("cert-manager"),
      genuineRancher?.participant ?? simulated("Rancher"),
    ],
    close: async () => {
      await Promise.all(parts.map((part) => part.stop()));
      await ingress.close();
    },
  };
}

function simulated(name: string, from = "this project"): Participant {
  return { name, version: "-", kind: "stand-in", from };
}
