import { describe, expect, it } from "vitest";
import {
  checkCluster as checkClusterOn,
  chooseIngressClass,
  foreignCertManager,
  isIngressNginx,
} from "../../components/cluster/cluster-gate.ts";
import { describeProblems } from "../../components/program/problem.ts";
import type { ExistingClusterSettings, HighAvailabilitySettings } from "../../components/stack-file/settings.ts";
import type { RunningController } from "../../components/cluster/ingress/ingress-controllers.ts";
import type { IngressFindings } from "../../components/cluster/ingress/ingress-findings.ts";
import type { ClusterFacts } from "../../components/cluster/cluster-facts.ts";
import { balancerHost, emptyCluster, nginxBalancer, prodSettings } from "../support/prod-stack.ts";

/** A day on which upstream maintains every Kubernetes version that these tests use. */
const today = new Date("2026-10-01");
const checkCluster = (settings: HighAvailabilitySettings, cluster: ClusterFacts) =>
  checkClusterOn(settings, cluster, { stack: "rancher/prod", today });

const traefik = { name: "traefik", controller: "traefik.io/ingress-controller", isDefault: false };
const nginx = { name: "nginx", controller: "k8s.io/ingress-nginx", isDefault: false };

function withCluster(cluster: Partial<ExistingClusterSettings>): Partial<HighAvailabilitySettings> {
  return { cluster: { ...prodSettings().cluster, ...cluster } };
}

const running: RunningController = {
  ...{ kind: "traefik", namespace: "kube-system", name: "traefik", workload: "DaemonSet" },
  ...{ forwardedHeaders: [], proxyProtocol: [], hidesClients: false, rolledOut: true },
};
const layer7: Partial<HighAvailabilitySettings> = {
  loadBalancer: nginxBalancer({ layer: 7 }),
  tls: { source: "secret", certificate: { from: "stack", chain: "CHAIN" } },
};
const proxyProtocol: Partial<HighAvailabilitySettings> = { loadBalancer: nginxBalancer({ proxyProtocol: true }) };
const findings = (overrides: Partial<IngressFindings> = {}): Pick<ClusterFacts, "ingress"> => ({
  ingress: { packagedCharts: [], chartConfigs: [], controllers: [], ...overrides },
});

/** Every refusal and warning, by what the stack file says and what the cluster is. */
const refusals: [string, Partial<HighAvailabilitySettings>, Partial<ClusterFacts>, string][] = [
  [
    "a Kubernetes version that is not the cluster's",
    withCluster({ version: "v1.34.1" }),
    {},
    "rancher:cluster.version is v1.34.1, but the cluster runs v1.35.2. Correct the key, or remove it.",
  ],
  [
    "a Kubernetes minor that is not the cluster's",
    withCluster({ version: "1.34" }),
    {},
    "rancher:cluster.version is 1.34, but the cluster runs v1.35.2. Correct the key, or remove it.",
  ],
  [
    "no ingress controller",
    {},
    { ingressClasses: [] },
    "rancher:kubeconfig leads to a cluster without an IngressClass, so nothing would serve Rancher. Install an " +
      "ingress controller first: traefik or ingress-nginx.",
  ],
  [
    "several ingress controllers and no default",
    {},
    { ingressClasses: [traefik, nginx] },
    "rancher:cluster.ingressController is not set, and the cluster has several ingress controllers, none of them the " +
      "default: traefik (traefik.io/ingress-controller), nginx (k8s.io/ingress-nginx). Name one: traefik or ingress-nginx.",
  ],
  [
    "an ingress controller other than the requested one",
    withCluster({ ingressController: "ingress-nginx" }),
    { ingressClasses: [traefik] },
    "rancher:cluster.ingressController is ingress-nginx, but the cluster has only traefik " +
      "(traefik.io/ingress-controller). Install that ingress controller, or name the installed one.",
  ],
  [
    "no ingress controller although one is requested",
    withCluster({ ingressController: "traefik" }),
    { ingressClasses: [] },
    "rancher:cluster.ingressController is traefik, but the cluster has no IngressClass. " +
      "Install that ingress controller, or name the installed one.",
  ],
  [
    "a Kubernetes the chart does not allow",
    {},
    { kubernetesVersion: "v1.37.0" },
    "rancher:kubeconfig leads to a cluster whose Kubernetes is v1.37.0, which the chart of Rancher 2.15.2 refuses (<1.37.0-0). " +
      "Rancher 2.15 runs on Kubernetes 1.34 to 1.36. Kubernetes 1.37 needs Rancher 2.16, which has not been released. Use a Kubernetes in that range.",
  ],
  [
    "a Kubernetes too old for this Rancher",
    {},
    { kubernetesVersion: "v1.33.4" },
    "rancher:kubeconfig leads to a cluster whose Kubernetes is v1.33.4, but Rancher 2.15 runs on Kubernetes 1.34 to 1.36. " +
      "Use a Kubernetes in that range, or Rancher 2.12, 2.13 or 2.14.",
  ],
  [
    "to skip a Rancher minor",
    {},
    { rancher: { version: "2.12.3", owned: true } },
    "rancher:version is 2.15.2, but 2.12.3 is installed, and Rancher is upgraded one minor at a time. " +
      "Go to 2.13.3 first (the whole way: 2.13.3, 2.14.3, 2.15.2).",
  ],
  [
    "an older Rancher than the installed one",
    {},
    { rancher: { version: "2.15.3", owned: true } },
    "rancher:version is 2.15.2, but 2.15.3 is installed, and Rancher cannot be downgraded. Set it to 2.15.3 or newer; " +
      "the way back is restoring a backup taken on 2.15.2 and rolling the chart back.",
  ],
  [
    "a foreign cert-manager that is too old",
    {},
    { certManager: { version: "1.14.9", owned: false } },
    "rancher:kubeconfig leads to a cluster whose cert-manager is 1.14.9, but Rancher 2.15.2 needs cert-manager 1.15.0 or newer.",
  ],
  [
    "layer 7 before a Traefik that this stack may not configure",
    layer7,
    findings(),
    `rancher:loadBalancer.layer is 7, where the ingress controller must trust the balancer's X-Forwarded-*; the cluster's traefik was not found as a Deployment or DaemonSet. Apply these values to its Helm chart, wait until it has restarted, and run again:
  deployment:
    kind: DaemonSet
  service:
    spec:
      externalTrafficPolicy: Local
  ports:
    web:
      forwardedHeaders:
        trustedIPs:
          - 192.0.2.10
      proxyProtocol:
        trustedIPs:
          - 192.0.2.10
    websecure:
      proxyProtocol:
        trustedIPs:
          - 192.0.2.10`,
  ],
  [
    "the PROXY protocol before an ingress-nginx that is configured by others",
    proxyProtocol,
    {
      ingressClasses: [nginx],
      ...findings({
        packagedCharts: ["rke2-ingress-nginx"],
        chartConfigs: [{ name: "rke2-ingress-nginx", owned: false }],
      }),
    },
    `rancher:loadBalancer.proxyProtocol is true, so the ingress controller must expect the PROXY protocol from the balancer; the cluster's ingress-nginx is configured by a HelmChartConfig rke2-ingress-nginx in kube-system that is not this stack's, and lacks this trust. Merge this into its valuesContent, wait until the controller has restarted, and run again:
  controller:
    config:
      use-proxy-protocol: "true"
      proxy-real-ip-cidr: 192.0.2.10`,
  ],
  [
    "layer 7 before an unknown ingress controller",
    layer7,
    { ingressClasses: [{ name: "other", controller: "example.com/other", isDefault: true }], ...findings() },
    "rancher:loadBalancer.layer is 7, where the ingress controller must trust the balancer's X-Forwarded-*; " +
      "this program cannot configure example.com/other for that. Use layer 4 without the PROXY protocol, " +
      "or traefik or ingress-nginx.",
  ],
  [
    "existing namespaces without what this stack would install in them",
    {},
    { foreignNamespaces: ["cattle-system", "cert-manager"] },
    ["cattle-system", "cert-manager"]
      .map(
        (name) =>
          `rancher:kubeconfig leads to a cluster with a namespace ${name} that this stack did not create. Delete it if it ` +
          "is not needed. Or hand it over; destroy then removes it with all its content: kubectl label --overwrite namespace " +
          `${name} app.kubernetes.io/managed-by=rancher-stack app.kubernetes.io/instance=rancher.prod`,
      )
      .join("\n"),
  ],
  [
    "a Rancher that others installed",
    {},
    { rancher: { version: "2.15.2", owned: false } },
    "rancher:kubeconfig leads to a cluster where Rancher 2.15.2 is already installed, but not by this stack; Helm " +
      "does not install over it. Use a cluster without Rancher, or the stack that installed it.",
  ],
];

describe("checkCluster", () => {
  it("finds nothing on a cluster that is ready and empty", () => {
    expect(checkCluster(prodSettings(), emptyCluster())).toEqual({ problems: [], warnings: [] });
  });

  it.each(refusals)("refuses %s", (_, settings, cluster, message) => {
    const { problems, warnings } = checkCluster(prodSettings(settings), emptyCluster(cluster));

    expect(describeProblems(problems)).toBe(message);
    expect(warnings).toEqual([]);
  });

  it("reports all problems together", () => {
    const cluster = emptyCluster({ ingressClasses: [], rancher: { version: "2.15.2", owned: false } });

    const { problems } = checkCluster(prodSettings(withCluster({ version: "v1.34.1" })), cluster);

    expect(problems.map(({ key }) => key)).toEqual([
      "rancher:cluster.version",
      "rancher:kubeconfig",
      "rancher:kubeconfig",
    ]);
  });

  it("warns about other workloads, and continues", () => {
    const { problems, warnings } = checkCluster(prodSettings(), emptyCluster({ otherWorkloads: ["billing", "shop"] }));

    expect(problems).toEqual([]);
    expect(describeProblems(warnings)).toBe(
      "rancher:kubeconfig leads to a cluster that also runs other workloads, in billing, shop. Administrators of " +
        "Rancher can change them too, and an upgrade of either can stop the other. Give Rancher its own cluster.",
    );
  });

  describe("of the PROXY protocol before ingress-nginx", () => {
    const controller: RunningController = { ...running, kind: "ingress-nginx", release: "rke2-ingress-nginx" };
    const rke2 = (running: Partial<RunningController>): Partial<ClusterFacts> => ({
      ingressClasses: [nginx],
      ...findings({ packagedCharts: ["rke2-ingress-nginx"], controllers: [{ ...controller, ...running }] }),
    });
    const rancher = { version: "2.15.2", owned: true };
    const warningsOf = (settings: Partial<HighAvailabilitySettings>, cluster: Partial<ClusterFacts>) =>
      checkCluster(prodSettings(settings), emptyCluster(cluster)).warnings.map(({ key }) => key);

    it("warns that the switch makes Rancher unreachable for a while", () => {
      const warnings = warningsOf(proxyProtocol, { ...rke2({}), rancher });

      expect(warnings).toEqual(["rancher:loadBalancer.proxyProtocol"]);
    });

    it.each([
      ["if it is switched already", proxyProtocol, { ...rke2({ proxyProtocol: ["192.0.2.10"] }), rancher }],
      ["if Rancher is not installed yet", proxyProtocol, rke2({})],
      ["of forwarded headers, which change nothing for others", layer7, { ...rke2({}), rancher }],
      ["before Traefik, which accepts both", proxyProtocol, { ...findings({ packagedCharts: ["traefik"] }), rancher }],
    ])("does not warn %s", (_, settings, cluster) => {
      expect(warningsOf(settings, cluster)).toEqual([]);
    });
  });

  it("warns about a Kubernetes that upstream no longer maintains, from the day after its end of life", () => {
    const cluster = emptyCluster({ kubernetesVersion: "v1.34.5+k3s1" });
    const warningsOn = (day: string) =>
      describeProblems(
        checkClusterOn(prodSettings(), cluster, { stack: "rancher/prod", today: new Date(day) }).warnings,
      );

    expect(warningsOn("2026-10-27")).toBe("");
    expect(warningsOn("2026-10-28")).toBe(
      "rancher:kubeconfig leads to a cluster with Kubernetes v1.34.5+k3s1, and upstream support for 1.34 ended on " +
        "2026-10-27. Upgrade the cluster, or make sure that your vendor still maintains it.",
    );
  });

  it("names at most five namespaces", () => {
    const { warnings } = checkCluster(prodSettings(), emptyCluster({ otherWorkloads: [..."abcdef"] }));

    expect(describeProblems(warnings)).toContain("in a, b, c, d, e, .... Administrators of Rancher");
  });

  it.each([
    ["the same version, written with the distribution's build", { version: "v1.35.2" }, "v1.35.2+k3s1"],
    ["the same minor", { version: "1.35" }, "v1.35.2+k3s1"],
    ["the same minor with its v", { version: "v1.34" }, "v1.34.5-eks-abc1234"],
    ["the same version without its v", { version: "1.35.2" }, "v1.35.2"],
    ["the same version with the suffix of EKS", { version: "1.34.5" }, "v1.34.5-eks-abc1234"],
    ["the same version with the suffix of GKE", { version: "1.34.5" }, "v1.34.5-gke.100"],
  ])("accepts %s", (_, cluster, kubernetesVersion) => {
    expect(checkCluster(prodSettings(withCluster(cluster)), emptyCluster({ kubernetesVersion })).problems).toEqual([]);
  });

  it.each([
    ["that this stack may configure", findings({ packagedCharts: ["traefik"] }), layer7],
    [
      "that trusts everybody already",
      findings({ controllers: [{ ...running, forwardedHeaders: "everybody" }] }),
      layer7,
    ],
    ["that needs no configuration", {}, {}],
  ])("accepts an ingress controller %s", (_, cluster, settings) => {
    expect(checkCluster(prodSettings(settings), emptyCluster(cluster)).problems).toEqual([]);
  });

  it("trusts the private address of a balancer's host if it has one", () => {
    const hosts = [balancerHost({ privateAddress: "10.0.0.10" })];
    const settings = prodSettings({ ...layer7, loadBalancer: nginxBalancer({ layer: 7, hosts }) });

    expect(describeProblems(checkCluster(settings, emptyCluster(findings())).problems)).toContain("- 10.0.0.10");
  });

  it("does not check a cert-manager that the TLS source does not need", () => {
    const tls = { source: "secret", certificate: { from: "stack", chain: "CHAIN" } } as const;
    const cluster = emptyCluster({ certManager: { version: "1.0.0", owned: false } });

    expect(checkCluster(prodSettings({ tls }), cluster).problems).toEqual([]);
  });

  it("checks the stack file's cert-manager version if the installed one is the stack's own and will be upgraded", () => {
    const cluster = emptyCluster({ certManager: { version: "1.14.9", owned: true } });

    expect(checkCluster(prodSettings(), cluster).problems).toEqual([]);
  });
});

describe("chooseIngressClass", () => {
  const isDefault = { isDefault: true };

  it.each([
    ["the only one", undefined, [traefik], "traefik"],
    ["the default one", undefined, [traefik, { ...nginx, ...isDefault }], "nginx"],
    ["the requested one, although another is the default", "traefik", [traefik, { ...nginx, ...isDefault }], "traefik"],
    ["the default one of the requested controller", "traefik", [traefik, { ...traefik, name: "b", ...isDefault }], "b"],
    ["none of several of the requested controller", "traefik", [traefik, { ...traefik, name: "b" }], undefined],
    ["none of several without a default", undefined, [traefik, nginx], undefined],
    ["none if there is none", undefined, [], undefined],
  ] as const)("picks %s", (_, ingressController, ingressClasses, name) => {
    const settings = prodSettings(ingressController ? withCluster({ ingressController }) : {});

    expect(chooseIngressClass(settings, emptyCluster({ ingressClasses }))?.name).toBe(name);
  });

  it("recognises ingress-nginx by its controller, whatever the name of its class", () => {
    expect(isIngressNginx({ ...nginx, name: "public" })).toBe(true);
    expect(isIngressNginx({ ...traefik, name: "nginx" })).toBe(false);
  });
});

describe("foreignCertManager", () => {
  it("is the version of a cert-manager that this stack did not install", () => {
    expect(foreignCertManager(emptyCluster({ certManager: { version: "1.20.0", owned: false } }))).toBe("1.20.0");
    expect(foreignCertManager(emptyCluster({ certManager: { version: "1.20.0", owned: true } }))).toBeUndefined();
    expect(foreignCertManager(emptyCluster())).toBeUndefined();
  });
});
