import { everybody, type TrustedNetworks } from "./trusted-networks.ts";

export type ControllerKind = "traefik" | "ingress-nginx";

/** An ingress controller as its workload, its Service and its ConfigMap describe it. */
export interface RunningController {
  readonly kind: ControllerKind;
  readonly namespace: string;
  readonly name: string;
  readonly workload: Workload["kind"];
  /** Release of Helm it belongs to, where it does. */
  readonly release?: string;
  /** Whose `X-Forwarded-*` it trusts. */
  readonly forwardedHeaders: TrustedNetworks;
  /** From whom it takes the PROXY protocol, on both of its ports. */
  readonly proxyProtocol: TrustedNetworks;
  /** Its Service puts a node's address in the place of who connects. */
  readonly hidesClients: boolean;
  /** Every pod runs what the workload says now. */
  readonly rolledOut: boolean;
}

/** As much of a Deployment or DaemonSet as tells an ingress controller. */
export interface Workload {
  readonly kind: "Deployment" | "DaemonSet";
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly generation?: number;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec?: {
        readonly hostNetwork?: boolean;
        readonly containers?: readonly {
          readonly command?: readonly string[];
          readonly args?: readonly string[];
          readonly ports?: readonly { readonly hostPort?: number }[];
        }[];
      };
    };
  };
  readonly status?: Readonly<Partial<Record<StatusField, number>>>;
}

type StatusField =
  | "observedGeneration"
  | "replicas"
  | "updatedReplicas"
  | "readyReplicas"
  | "desiredNumberScheduled"
  | "updatedNumberScheduled"
  | "numberReady";

export interface Service {
  readonly spec?: {
    readonly type?: string;
    readonly externalTrafficPolicy?: string;
    readonly selector?: Readonly<Record<string, string>>;
  };
}

export interface FoundController {
  readonly namespace: string;
  /** `namespace/name` of the ConfigMap it reads, ingress-nginx only. */
  readonly configMap?: string;
  describe(services: readonly Service[], config: Readonly<Record<string, string>>): RunningController;
}

/** Recognises a controller by its arguments, however it was installed and whatever it is called. */
export function controllerOf(workload: Workload): FoundController | undefined {
  const { name = "", namespace = "", annotations } = workload.metadata ?? {};
  const release = annotations?.["meta.helm.sh/release-name"];
  const pod = workload.spec?.template;
  const words = (pod?.spec?.containers ?? []).flatMap(({ command = [], args = [] }) => [...command, ...args]);
  const common = (services: readonly Service[]) => ({
    namespace,
    name,
    workload: workload.kind,
    ...(release !== undefined && { release }),
    hidesClients: hidesClients(workload, services),
    rolledOut: isRolledOut(workload),
  });
  if (argument(words, "--entrypoints.web.address") !== undefined) {
    return { namespace, describe: (services) => ({ kind: "traefik", ...common(services), ...traefikTrust(words) }) };
  }
  const configMap = argument(words, "--configmap")?.replace("$(POD_NAMESPACE)", namespace);
  if (configMap === undefined || !words.some((word) => word.endsWith("nginx-ingress-controller"))) return undefined;
  return {
    namespace,
    configMap,
    describe: (services, config) => ({ kind: "ingress-nginx", ...common(services), ...nginxTrust(config) }),
  };
}

/** https://doc.traefik.io/traefik/reference/install-configuration/entrypoints/ */
function traefikTrust(words: readonly string[]): Pick<RunningController, "forwardedHeaders" | "proxyProtocol"> {
  const trust = (entryPoint: string, what: string): TrustedNetworks => {
    const insecure = argument(words, `--entrypoints.${entryPoint}.${what}.insecure`);
    if (insecure !== undefined && insecure !== "false") return everybody;
    return split(argument(words, `--entrypoints.${entryPoint}.${what}.trustedips`));
  };
  const [web, websecure] = [trust("web", "proxyprotocol"), trust("websecure", "proxyprotocol")];
  return {
    forwardedHeaders: trust("web", "forwardedheaders"),
    proxyProtocol:
      web === everybody ? websecure : websecure === everybody ? web : web.filter((one) => websecure.includes(one)),
  };
}

/** https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/ */
function nginxTrust(
  config: Readonly<Record<string, string>>,
): Pick<RunningController, "forwardedHeaders" | "proxyProtocol"> {
  const from = config["proxy-real-ip-cidr"] === undefined ? everybody : split(config["proxy-real-ip-cidr"]);
  return {
    forwardedHeaders: config["use-forwarded-headers"] === "true" ? from : [],
    proxyProtocol: config["use-proxy-protocol"] === "true" ? from : [],
  };
}

/** Value of `--name=value`; empty for `--name`. Traefik's names know no case, and charts write them in two ways. */
function argument(words: readonly string[], name: string): string | undefined {
  const found = words.find((word) => word.split("=", 1)[0]?.toLowerCase() === name);
  return found?.slice(name.length + 1);
}

function split(networks: string | undefined): readonly string[] {
  return (networks ?? "").split(",").flatMap((network) => (network.trim() === "" ? [] : [network.trim()]));
}

/** Kubernetes rewrites the sender on the way to a pod on another node, unless only the node's own pods may answer. */
function hidesClients({ spec }: Workload, services: readonly Service[]): boolean {
  const pod = spec?.template?.spec;
  const onTheNode =
    pod?.hostNetwork === true ||
    (pod?.containers ?? []).some(({ ports = [] }) => ports.some(({ hostPort }) => hostPort !== undefined));
  if (onTheNode) return false;
  const labels = spec?.template?.metadata?.labels ?? {};
  return services.some(({ spec: service }) => {
    const selected = Object.entries(service?.selector ?? {});
    return (
      (service?.type === "LoadBalancer" || service?.type === "NodePort") &&
      service.externalTrafficPolicy !== "Local" &&
      selected.length > 0 &&
      selected.every(([key, value]) => labels[key] === value)
    );
  });
}

/** As `kubectl rollout status` judges it. */
function isRolledOut({ kind, metadata, spec, status = {} }: Workload): boolean {
  if ((status.observedGeneration ?? 0) < (metadata?.generation ?? 0)) return false;
  const [wanted, updated, ready, all] =
    kind === "Deployment"
      ? [spec?.replicas ?? 1, status.updatedReplicas, status.readyReplicas, status.replicas]
      : [status.desiredNumberScheduled ?? 0, status.updatedNumberScheduled, status.numberReady, undefined];
  return wanted > 0 && (updated ?? 0) >= wanted && (ready ?? 0) >= wanted && (all ?? wanted) <= wanted;
}
