import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";

/** A Secret of Rancher's namespace: its identity, how often it was written, and its content. */
export async function rancherSecret(cluster: KubeConfig, name: string) {
  const core = cluster.makeApiClient(CoreV1Api);
  const { metadata, data } = await core.readNamespacedSecret({ name, namespace: "cattle-system" });
  return {
    uid: metadata?.uid,
    resourceVersion: Number(metadata?.resourceVersion),
    text: (key: string) => Buffer.from(data?.[key] ?? "", "base64").toString(),
  };
}
