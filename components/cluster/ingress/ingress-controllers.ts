import { everybody, type TrustedNetworks } from "./trusted-networks.ts";

export type ControllerKind = "traefik" | "ingress-nginx";

/** An ingress controller, as described by its workload, Service and ConfigMap. */
export interface RunningController {
  readonly kind: ControllerKind;
  readonly namespace: string;
  readonly name: string;
  readonly workload: Workload["kind"];
  /** Its Helm release, if it has one. */
  readonly release?: string;
  /** Networks whose `X-Forwarded-*` it trusts. */
  readonly forwardedHeaders: TrustedNetworks;
  /** Networks from which it accepts the PROXY protocol, on both of its ports. */
  readonly proxyProtocol: TrustedNetworks;
  /** Its Service replaces the client's address with a node's address. */
  readonly hidesClients: boolean;
  /** Every pod runs the current revision of the workload. */
  readonly rolledOut: boolean;
}

/** The parts of a Deployment or DaemonSet that identify an ingress controller. */
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

/** Recognises a controller by its arguments, independent of its installation and name. */
export function controllerOf(workload: Workload): FoundController | undefined {
  const { name = "", namespace = "", annotations } = workload.metadata ?? {};
  const release = annotations?.["meta.helm.sh/release-name"];
  const pod = workload.spec?.template;
  const commandLine = (pod?.spec?.containers ?? []).flatMap(({ command = [], args = [] }) => [...command, ...args]);
  const common = (services: readonly Service[]) => ({
    namespace,
    name,
    workload: workload.kind,
    ...(release !== undefined && { release }),
    hidesClients: hidesClients(workload, services),
    rolledOut: isRolledOut(workload),
  });
  if (argument(commandLine, "--entrypoints.web.address") !== undefined) {
    return {
      namespace,
      describe: (services) => ({ kind: "traefik", ...common(services), ...traefikTrust(commandLine) }),
    };
  }
  const configMap = argument(commandLine, "--configmap")?.replace("$(POD_NAMESPACE)", namespace);
  if (configMap === undefined || !commandLine.some((part) => part.endsWith("nginx-ingress-controller")))
    return undefined;
  return {
    namespace,
    configMap,
    describe: (services, config) => ({ kind: "ingress-nginx", ...common(services), ...nginxTrust(config) }),
  };
}

/** https://doc.traefik.io/traefik/reference/install-configuration/entrypoints/ */
function traefikTrust(commandLine: readonly string[]): Pick<RunningController, "forwardedHeaders" | "proxyProtocol"> {
  const trust = (entryPoint: string, what: string): TrustedNetworks => {
    const insecure = argument(commandLine, `--entrypoints.${entryPoint}.${what}.insecure`);
    if (insecure !== undefined && insecure !== "false") return everybody;
    return split(argument(commandLine, `--entrypoints.${entryPoint}.${what}.trustedips`));
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

/**
 * Value of `--name=value`; empty for `--name`. Traefik's names are case-insensitive, and charts use both spellings.
 */
function argument(commandLine: readonly string[], name: string): string | undefined {
  const found = commandLine.find((option) => option.split("=", 1)[0]?.toLowerCase() === name);
  return found?.slice(name.length + 1);
}

function split(networks: string | undefined): readonly string[] {
  return (networks ?? "").split(",").flatMap((network) => (network.trim() === "" ? [] : [network.trim()]));
}

/**
 * Kubernetes rewrites the source address of connections to a pod on another node, unless traffic stays on the node.
 */
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

/** The same condition as `kubectl rollout status`. */
function isRolledOut({ kind, metadata, spec, status = {} }: Workload): boolean {
  if ((status.observedGeneration ?? 0) < (metadata?.generation ?? 0)) return false;
  const [wanted, updated, ready, all] =
    kind === "Deployment"
      ? [spec?.replicas ?? 1, status.updatedReplicas, status.readyReplicas, status.replicas]
      : [status.desiredNumberScheduled ?? 0, status.updatedNumberScheduled, status.numberReady, undefined];
  return wanted > 0 && (updated ?? 0) >= wanted && (ready ?? 0) >= wanted && (all ?? wanted) <= wanted;
}
