import { KubeConfig } from "@kubernetes/client-node";

import type { CertificateAuthority } from "../kubernetes/certificate-authority.ts";
import type { IngressController } from "../kubernetes/ingress-controller.ts";
import type { Kubernetes } from "../kubernetes/kubernetes.ts";
import type { Participant } from "../summary.ts";
import { startFakeCertManager } from "./cert-manager.ts";
import { startFakeHelmController } from "./helm-controller.ts";
import { type FakeIngress, startFakeIngress } from "./ingress/ingress.ts";
import type { ListenerPlace } from "./node-listener.ts";
import { startFakeRancherPods } from "./rancher-pods.ts";
import { startWebhookRelaxing } from "./webhooks.ts";

/** The fakes that do the work of the cluster's pods, which do not run. */
export interface FakeCluster extends Pick<FakeIngress, "counters" | "listeners"> {
  /** The simulated parts, for the summary. */
  readonly participants: readonly Participant[];
  close(): Promise<void>;
}

export interface FakeClusterOptions {
  readonly kubernetes: Pick<Kubernetes, "kubeconfig">;
  /** The nodes on which the ports are opened. */
  readonly nodes: readonly ListenerPlace[];
  /** Folder of the listeners' logs; created with mode 0700. */
  readonly folder: string;
  /** Signs in place of Rancher's CA and of ACME. */
  readonly authority: CertificateAuthority;
  /** @default "traefik" */
  readonly ingressController?: IngressController;
  /** @default 80 and 443 */
  readonly ports?: { readonly http: number; readonly https: number };
  /** A genuine Rancher server that the nodes forward to. @default a fake Rancher */
  readonly genuineRancher?: { readonly socket: string; readonly participant: Participant };
  readonly progress: (line: string) => void;
}

/** Starts the fakes. @throws when a node's ports cannot be opened, after stopping them again */
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
  return { name, version: "", kind: "fake", from };
}
