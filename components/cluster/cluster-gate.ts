import { parse } from "semver";
import { balancerTrust, controllerKinds, clientAddressSourceOf } from "./ingress/balancer-trust.ts";
import type { ClusterFacts, IngressClass } from "./cluster-facts.ts";
import { trustIsLive } from "./ingress/ingress-trust-plan.ts";
import { ownershipLabels } from "./ownership.ts";
import { checkCompatibility } from "../program/compatibility.ts";
import type { Problem } from "../program/problem.ts";
import type { HighAvailabilitySettings } from "../stack-file/settings.ts";
import { kubernetesWarnings } from "../program/support-warnings.ts";
import { planTls, tlsTerminator } from "../tls/tls-plan.ts";

/** What the second gate found: problems stop the run, warnings are shown at every preview. */
export interface ClusterFindings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const controllers = { traefik: "traefik.io/ingress-controller", "ingress-nginx": "k8s.io/ingress-nginx" } as const;

/**
 * Checks a stack file against its cluster.
 *
 * @param stack `<project>/<stack>`
 * @param today decides what is out of support.
 */
export function checkCluster(
  settings: HighAvailabilitySettings,
  cluster: ClusterFacts,
  { stack, today }: { readonly stack: string; readonly today: Date },
): ClusterFindings {
  const needed = planTls(settings.tls, tlsTerminator(settings.loadBalancer), undefined).certManager;
  const certManager = needed ? (foreignCertManager(cluster) ?? settings.certManager.version) : undefined;
  return {
    problems: [
      ...wrongVersion(settings, cluster),
      ...wrongIngress(settings, cluster),
      ...untrustedBalancer(settings, cluster),
      ...reportAtKubeconfig(
        settings,
        cluster,
        checkCompatibility({
          rancher: settings.version,
          kubernetes: cluster.kubernetesVersion,
          distribution: settings.cluster.distribution,
          chartRepository: settings.chartRepository,
          ...(cluster.rancher && { installedRancher: cluster.rancher.version }),
          ...(certManager !== undefined && { certManager }),
        }),
      ),
      ...foreignRancher(cluster),
      ...foreignNamespaces(cluster, stack, needed),
    ],
    warnings: [
      ...kubernetesWarnings(cluster.kubernetesVersion, today),
      ...otherWorkloads(cluster),
      ...proxyProtocolInterruption(settings, cluster),
    ],
  };
}

/** Version of a cert-manager that this stack did not install. It is used unchanged. */
export function foreignCertManager({ certManager }: ClusterFacts): string | undefined {
  return certManager && !certManager.owned ? certManager.version : undefined;
}

/** The IngressClass for Rancher: that of the requested controller, the default one, or the only one. */
export function chooseIngressClass(
  settings: HighAvailabilitySettings,
  { ingressClasses }: ClusterFacts,
): IngressClass | undefined {
  const asked = settings.cluster.ingressController;
  const fitting = asked ? ingressClasses.filter(({ controller }) => controller === controllers[asked]) : ingressClasses;
  return fitting.find(({ isDefault }) => isDefault) ?? (fitting.length === 1 ? fitting[0] : undefined);
}

export function isIngressNginx(ingressClass: IngressClass): boolean {
  return ingressClass.controller === controllers["ingress-nginx"];
}

/** Reports problems with versions that were read from the cluster under the key `rancher:kubeconfig`. */
function reportAtKubeconfig(
  { cluster: { version } }: HighAvailabilitySettings,
  cluster: ClusterFacts,
  problems: readonly Problem[],
): Problem[] {
  const found = new Map<string, string>();
  if (version === undefined) found.set("rancher:cluster.version", "Kubernetes");
  if (foreignCertManager(cluster) !== undefined) found.set("rancher:certManager.version", "cert-manager");
  return problems.map((problem) => {
    const what = found.get(problem.key);
    if (what === undefined) return problem;
    return { key: "rancher:kubeconfig", message: `leads to a cluster whose ${what} ${problem.message}` };
  });
}

function wrongVersion(
  { cluster: { version } }: HighAvailabilitySettings,
  { kubernetesVersion }: ClusterFacts,
): Problem[] {
  if (version === undefined) return [];
  const isMinor = /^v?\d+\.\d+$/.test(version);
  const running = numbersOf(kubernetesVersion);
  if (isMinor ? running.startsWith(`${version.replace("v", "")}.`) : numbersOf(version) === running) return [];
  const message = `is ${version}, but the cluster runs ${kubernetesVersion}. Correct the key, or remove it.`;
  return [{ key: "rancher:cluster.version", message }];
}

/** `1.34.5` of `v1.34.5-eks-abc1234` and `v1.34.5+k3s1`: a vendor's suffix does not make it another version. */
function numbersOf(version: string): string {
  const parsed = parse(version);
  if (parsed === null) return version;
  const isPreRelease = /^(alpha|beta|rc)$/.test(String(parsed.prerelease[0]));
  const { major, minor, patch } = parsed;
  return isPreRelease ? parsed.version : `${major}.${minor}.${patch}`;
}

function wrongIngress(settings: HighAvailabilitySettings, cluster: ClusterFacts): Problem[] {
  if (chooseIngressClass(settings, cluster)) return [];
  const found = cluster.ingressClasses.map(({ name, controller }) => `${name} (${controller})`).join(", ");
  const asked = settings.cluster.ingressController;
  if (asked !== undefined) {
    const message = `is ${asked}, but the cluster has ${found === "" ? "no IngressClass" : `only ${found}`}. Install that ingress controller, or name the installed one.`;
    return [{ key: "rancher:cluster.ingressController", message }];
  }
  if (found === "") {
    const message =
      "leads to a cluster without an IngressClass, so nothing would serve Rancher. Install an ingress controller first: traefik or ingress-nginx.";
    return [{ key: "rancher:kubeconfig", message }];
  }
  const message = `is not set, and the cluster has several ingress controllers, none of them the default: ${found}. Name one: traefik or ingress-nginx.`;
  return [{ key: "rancher:cluster.ingressController", message }];
}

/**
 * Without trust, Rancher redirects every request forever at layer 7, and the PROXY protocol breaks every connection.
 */
function untrustedBalancer(settings: HighAvailabilitySettings, cluster: ClusterFacts): Problem[] {
  const clientAddressSource = clientAddressSourceOf(settings);
  const ingressClass = chooseIngressClass(settings, cluster);
  if (clientAddressSource === undefined || !ingressClass) return [];
  const [key, subject] =
    clientAddressSource === "forwardedHeaders"
      ? ["rancher:loadBalancer.layer", "is 7, where the ingress controller must trust the balancer's X-Forwarded-*"]
      : [
          "rancher:loadBalancer.proxyProtocol",
          "is true, so the ingress controller must expect the PROXY protocol from the balancer",
        ];
  if (controllerKinds[ingressClass.controller] === undefined) {
    const message = `${subject}; this program cannot configure ${ingressClass.controller} for that. Use layer 4 without the PROXY protocol, or traefik or ingress-nginx.`;
    return [{ key, message }];
  }
  const trust = balancerTrust(settings, ingressClass, cluster);
  if (trust?.plan.kind !== "refused") return [];
  return [{ key, message: `${subject}; the cluster's ${trust.args.controller} ${trust.plan.reason}` }];
}

/**
 * Warns that `proxyProtocol` interrupts Rancher on ingress-nginx, which accepts connections either with or without the
 * PROXY protocol. Traefik accepts both.
 */
function proxyProtocolInterruption(settings: HighAvailabilitySettings, cluster: ClusterFacts): Problem[] {
  const { args } = balancerTrust(settings, chooseIngressClass(settings, cluster), cluster) ?? {};
  const isSwitch =
    args?.clientAddressSource === "proxyProtocol" && args.controller === "ingress-nginx" && !trustIsLive(args);
  if (!isSwitch || cluster.rancher === undefined) return [];
  const message =
    "is true, but ingress-nginx does not expect the PROXY protocol yet. Once it does, it refuses connections from " +
    "each balancer host until that host sends it. Rancher is unavailable until the last host does.";
  return [{ key: "rancher:loadBalancer.proxyProtocol", message }];
}

function foreignRancher({ rancher }: ClusterFacts): Problem[] {
  if (!rancher || rancher.owned) return [];
  const version = rancher.version === "unknown" ? "" : ` ${rancher.version}`;
  const message = `leads to a cluster where Rancher${version} is already installed, but not by this stack; Helm does not install over it. Use a cluster without Rancher, or the stack that installed it.`;
  return [{ key: "rancher:kubeconfig", message }];
}

/**
 * Reports namespaces that the stack would install into but that lack its labels. Later runs would mistake its own
 * Rancher and cert-manager for foreign ones.
 */
function foreignNamespaces(cluster: ClusterFacts, stack: string, needsCertManager: boolean): Problem[] {
  const installed = {
    "cattle-system": cluster.rancher,
    ...(needsCertManager && { "cert-manager": cluster.certManager }),
  };
  const labels = Object.entries(ownershipLabels(stack)).map(([key, value]) => `${key}=${value}`);
  return Object.entries(installed)
    .filter(([name, found]) => found === undefined && cluster.foreignNamespaces.includes(name))
    .map(([name]) => ({
      key: "rancher:kubeconfig",
      message:
        `leads to a cluster with a namespace ${name} that this stack did not create. Delete it if it is not ` +
        `needed. Or hand it over; destroy then removes it with all its content: kubectl label --overwrite ` +
        `namespace ${name} ${labels.join(" ")}`,
    }));
}

function otherWorkloads({ otherWorkloads }: ClusterFacts): Problem[] {
  if (otherWorkloads.length === 0) return [];
  const shown = otherWorkloads.slice(0, 5).join(", ") + (otherWorkloads.length > 5 ? ", ..." : "");
  const message = `leads to a cluster that also runs other workloads, in ${shown}. Administrators of Rancher can change them too, and an upgrade of either can stop the other. Give Rancher its own cluster.`;
  return [{ key: "rancher:kubeconfig", message }];
}
