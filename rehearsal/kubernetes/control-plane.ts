import { mkdir } from "node:fs/promises";
import path from "node:path";

import { freePorts } from "./free-ports.ts";
import { kubeconfigText } from "./sandbox-kubeconfig.ts";
import { type ClientName, makePki, type Pki, secretFile } from "./pki.ts";

/** The daemons a rehearsal's Kubernetes is made of. */
export type ComponentName = "etcd" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler" | "kwok";

/** K3s' own ranges, so that addresses in a rehearsal look as they will. @see https://docs.k3s.io/networking */
const podRange = "10.42.0.1/16";
const serviceRange = { cidr: "10.43.0.0/16", apiServer: "10.43.0.1" };

/**
 * How long kwok's leases on nodes last, in seconds: what a kubelet takes. The controller manager holds a node whose
 * lease is not renewed for lost after 50 s.
 *
 * @see https://kubernetes.io/docs/concepts/architecture/leases/
 */
const nodeLeaseSeconds = 40;

/** Everything the daemons need before the first starts. */
export interface ControlPlane {
  /** `https://127.0.0.1:PORT`. */
  readonly apiServer: string;
  readonly pki: Pki;
  /** Kubeconfig of the administrator: a secret. */
  readonly kubeconfig: string;
  readonly args: Readonly<Record<ComponentName, readonly string[]>>;
}

/**
 * Lays out files and ports of a control plane that listens on loopback only, each port with TLS and each client known
 * by its certificate.
 *
 * @param advertiseAddress What the API server calls itself inside the cluster; Kubernetes refuses loopback here.
 */
export async function planControlPlane(folder: string, advertiseAddress: string): Promise<ControlPlane> {
  const [etcdPort, etcdPeerPort, apiPort, controllerPort, schedulerPort] = await freePorts(5);
  const pki = await makePki(path.join(folder, "pki"), ["127.0.0.1", serviceRange.apiServer, advertiseAddress]);
  const apiServer = `https://127.0.0.1:${apiPort}`;
  const kubeconfig = (user: ClientName) =>
    kubeconfigText({ user, server: apiServer, ca: pki.ca.text, pair: pki.clients[user] });
  const clientFile = (user: ClientName) => secretFile(path.join(folder, "pki"), `${user}.kubeconfig`, kubeconfig(user));
  const controllerClient = await clientFile("controller-manager");
  const schedulerClient = await clientFile("scheduler");
  const etcdFolder = path.join(folder, "etcd");
  await mkdir(etcdFolder, { mode: 0o700 });

  const { files, ca, etcdCa, frontProxyCa, serviceAccounts } = pki;
  const etcdUrl = `https://127.0.0.1:${etcdPort}`;
  const etcdPeerUrl = `https://127.0.0.1:${etcdPeerPort}`;
  const servedBy = (server: "controller-manager-server" | "scheduler-server", port: number | undefined) => ({
    "bind-address": "127.0.0.1",
    "secure-port": port,
    "tls-cert-file": files[server].certificate,
    "tls-private-key-file": files[server].key,
  });
  const knownBy = (file: string) => ({
    kubeconfig: file,
    "authentication-kubeconfig": file,
    "authorization-kubeconfig": file,
    "leader-elect": false,
    // The controllers' first round alone would be throttled for seconds.
    "kube-api-qps": 300,
    "kube-api-burst": 600,
    profiling: false,
  });

  return {
    apiServer,
    pki,
    kubeconfig: kubeconfig("admin"),
    args: {
      etcd: flags({
        name: "rehearsal",
        "data-dir": etcdFolder,
        "listen-client-urls": etcdUrl,
        "advertise-client-urls": etcdUrl,
        "listen-peer-urls": etcdPeerUrl,
        "initial-advertise-peer-urls": etcdPeerUrl,
        "initial-cluster": `rehearsal=${etcdPeerUrl}`,
        "client-cert-auth": true,
        "trusted-ca-file": etcdCa.certificate,
        "cert-file": files.etcd.certificate,
        "key-file": files.etcd.key,
        "peer-client-cert-auth": true,
        "peer-trusted-ca-file": etcdCa.certificate,
        "peer-cert-file": files.etcd.certificate,
        "peer-key-file": files.etcd.key,
        // Nothing here outlives the rehearsal, so nothing has to reach the disk.
        "unsafe-no-fsync": true,
        "log-level": "warn",
      }),
      "kube-apiserver": flags({
        "bind-address": "127.0.0.1",
        "secure-port": apiPort,
        "advertise-address": advertiseAddress,
        "etcd-servers": etcdUrl,
        "etcd-cafile": etcdCa.certificate,
        "etcd-certfile": files["apiserver-to-etcd"].certificate,
        "etcd-keyfile": files["apiserver-to-etcd"].key,
        "tls-cert-file": files.apiserver.certificate,
        "tls-private-key-file": files.apiserver.key,
        "client-ca-file": ca.certificate,
        "anonymous-auth": false,
        "authorization-mode": "Node,RBAC",
        "enable-admission-plugins": "NodeRestriction",
        "service-cluster-ip-range": serviceRange.cidr,
        "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
        "service-account-key-file": serviceAccounts.publicKey,
        "service-account-signing-key-file": serviceAccounts.privateKey,
        // The aggregation layer: Rancher brings an extension API of its own.
        "requestheader-client-ca-file": frontProxyCa.certificate,
        "requestheader-allowed-names": "front-proxy-client",
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-username-headers": "X-Remote-User",
        "proxy-client-cert-file": files["front-proxy"].certificate,
        "proxy-client-key-file": files["front-proxy"].key,
        "allow-privileged": true,
        profiling: false,
      }),
      "kube-controller-manager": flags({
        ...servedBy("controller-manager-server", controllerPort),
        ...knownBy(controllerClient),
        "use-service-account-credentials": true,
        "service-account-private-key-file": serviceAccounts.privateKey,
        "root-ca-file": ca.certificate,
        "cluster-signing-cert-file": ca.certificate,
        "cluster-signing-key-file": ca.key,
      }),
      "kube-scheduler": flags({
        ...servedBy("scheduler-server", schedulerPort),
        ...knownBy(schedulerClient),
      }),
      kwok: flags({
        kubeconfig: await clientFile("kwok"),
        "manage-nodes-with-annotation-selector": "kwok.x-k8s.io/node=played",
        "node-lease-duration-seconds": nodeLeaseSeconds,
        cidr: podRange,
      }),
    },
  };
}

function flags(values: Readonly<Record<string, string | number | boolean | undefined>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}
