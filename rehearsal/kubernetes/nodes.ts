import type { V1Node } from "@kubernetes/client-node";

/** A node of the cluster. */
export interface NodeAddress {
  readonly name: string;
  /** IPv4 address; becomes the node's InternalIP. */
  readonly address: string;
}

/** A Node object like a K3s server's, simulated by kwok. */
export function nodeObject({ name, address }: NodeAddress, version: string): V1Node {
  const capacity = { cpu: "4", memory: "16Gi", "ephemeral-storage": "100Gi", pods: "110" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      annotations: { "kwok.x-k8s.io/node": "fake" },
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "node-role.kubernetes.io/control-plane": "true",
        "node-role.kubernetes.io/etcd": "true",
      },
    },
    status: {
      addresses: [
        { type: "InternalIP", address },
        { type: "Hostname", address: name },
      ],
      allocatable: capacity,
      capacity,
      nodeInfo: {
        architecture: "amd64",
        bootID: "",
        containerRuntimeVersion: "kwok://fake",
        kernelVersion: "fake",
        kubeProxyVersion: "",
        kubeletVersion: version,
        machineID: "",
        operatingSystem: "linux",
        osImage: "simulated by kwok",
        systemUUID: "",
      },
    },
  };
}

/** Whether the node is Ready. */
export function isReady(node: V1Node): boolean {
  return node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}
