import { mkdir } from "node:fs/promises";
import path from "node:path";

import { freePorts } from "./free-ports.ts";
import { kubeconfigText } from "./sandbox-kubeconfig.ts";
import { type ClientName, makePki, type Pki, secretFile } from "./pki.ts";

/** The daemons of a rehearsal's Kubernetes. */
export type ComponentName = "etcd" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler" | "kwok";

/** The default ranges of K3s. @see https://docs.k3s.io/networking */
const podRange = "10.42.0.1/16";
const serviceRange = { cidr: "10.43.0.0/16", apiServer: "10.43.0.1" };

/**
 * Duration of kwok's node leases in seconds, as for a kubelet. The controller manager considers a node lost when its
 * lease is not renewed for 50 s.
 *
 * @see https://kubernetes.io/docs/concepts/architecture/leases/
 */
const nodeLeaseSeconds = 40;

/** Files, ports and arguments of the daemons. */
export interface ControlPlane {
  /** `https://127.0.0.1:PORT`. */
  readonly apiServer: string;
  readonly pki: Pki;
  /** Kubeconfig of the administrator: a secret. */
  readonly kubeconfig: string;
  readonly args: Readonly<Record<ComponentName, readonly string[]>>;
}

/**
 * Creates the files and chooses the ports of a control plane that only listens on loopback, with TLS and client
 * certificates on each port.
 *
 * @param advertiseAddress The API server's address inside the cluster; Kubernetes refuses loopback here.
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
    // Without it, the controllers' first round is throttled for seconds.
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
        // The data need not survive the rehearsal, so fsync is not needed.
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
        // The aggregation layer, which Rancher's extension API needs.
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
        "manage-nodes-with-annotation-selector": "kwok.x-k8s.io/node=fake",
        "node-lease-duration-seconds": nodeLeaseSeconds,
        cidr: podRange,
      }),
    },
  };
}

function flags(values: Readonly<Record<string, string | number | boolean | undefined>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}
