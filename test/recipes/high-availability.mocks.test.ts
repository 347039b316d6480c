import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { IngressFindings } from "../../components/cluster/ingress/ingress-findings.ts";
import { HighAvailability } from "../../components/recipes/high-availability.ts";
import { defaultBalancerOptions } from "../../components/load-balancer/balancer-options.ts";
import type { HaproxySettings, HighAvailabilitySettings, TlsSettings } from "../../components/stack-file/settings.ts";
import type { ClusterFacts } from "../../components/cluster/cluster-facts.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import {
  balancerHost,
  canaries,
  emptyCluster,
  nginxBalancer,
  prodCluster,
  prodSecrets,
  prodSettings,
} from "../support/prod-stack.ts";
import { clearTexts, inSecret, listed, namesIn, only } from "../support/registrations.ts";
import { valueOf } from "../support/value-of.ts";

const command = "command:remote:Command";
const namespace = "kubernetes:core/v1:Namespace";
const release = "kubernetes:helm.sh/v3:Release";
const secret = "kubernetes:core/v1:Secret";
const password = "random:index/randomPassword:RandomPassword";

/** Text to search for: user and password may appear separately. */
const canaryTexts = Object.values(canaries).map((canary) => canary.split(":").at(-1) ?? canary);

interface Case {
  readonly settings?: Partial<HighAvailabilitySettings>;
  readonly secrets?: (keyof typeof canaries)[];
  readonly cluster?: Partial<ClusterFacts>;
  readonly preview?: boolean;
}

function synthesiseRecipe({ settings, secrets, cluster, preview = false }: Case = {}) {
  return synthesise(
    () =>
      new HighAvailability("rancher", {
        settings: prodSettings(settings),
        secrets: prodSecrets(secrets),
        cluster: prodCluster(cluster),
      }),
    { stack: "prod", preview, state: ({ type }) => (type === password && !preview ? { result: "made" } : {}) },
  );
}

const twoBalancers: Partial<HighAvailabilitySettings> = {
  loadBalancer: nginxBalancer({ hosts: [balancerHost(), balancerHost({ name: "lb-2", address: "192.0.2.20" })] }),
};
const haproxy: HaproxySettings = {
  kind: "haproxy",
  layer: 4,
  hosts: [balancerHost()],
  ports: { http: 80, https: 443 },
  upstreamPorts: { http: 80, https: 443 },
  proxyProtocol: false,
  options: defaultBalancerOptions,
};
const certificate = { from: "stack", chain: "CHAIN" } as const;
/** K3s as it is installed, without a HelmChartConfig. */
const k3s: IngressFindings = { packagedCharts: ["traefik-crd", "traefik"], chartConfigs: [], controllers: [] };
const trusts: IngressFindings = {
  packagedCharts: [],
  chartConfigs: [],
  controllers: [
    {
      kind: "traefik",
      namespace: "traefik",
      name: "traefik",
      workload: "Deployment",
      forwardedHeaders: "everybody",
      proxyProtocol: [],
      hidesClients: true,
      rolledOut: true,
    },
  ],
};
const publicCA: TlsSettings = { source: "secret", certificate };
const privateCA: TlsSettings = { source: "secret", certificate, caCertificate: "CA" };

const whatEveryStackHas = [
  `${command} lb-1-base-script`,
  `${command} lb-1-nginx-script`,
  `${namespace} cattle-system-namespace`,
  `${release} rancher-release`,
  "pulumi:providers:kubernetes cluster",
  "rancher:cluster:OwnedNamespace cattle-system",
  "rancher:host:HostScript lb-1-base",
  "rancher:host:HostScript lb-1-nginx",
  "rancher:host:ManagedHost lb-1",
  "rancher:load-balancer:NginxLoadBalancer load-balancer",
  "rancher:rancher:RancherChart rancher",
  "rancher:recipes:HighAvailability rancher",
];
const certManager = [
  `${namespace} cert-manager-namespace`,
  `${release} cert-manager-release`,
  "rancher:cluster:OwnedNamespace cert-manager",
  "rancher:tls:CertManager cert-manager",
];
const ingressCertificate = [
  `${secret} ingress-certificate-secret`,
  "rancher:tls:IngressCertificate ingress-certificate",
];

const ingressTrust = [
  "kubernetes:helm.cattle.io/v1:HelmChartConfig ingress-trust-config",
  "rancher:cluster:IngressTrust ingress-trust",
];
/** TLS ends at nginx on two hosts. Previewed, because nothing responds that could be waited for. */
const layer7: Case = {
  settings: { tls: privateCA, loadBalancer: nginxBalancer({ layer: 7, hosts: [balancerHost()] }) },
  cluster: { ingress: k3s },
  preview: true,
};

/** An image that needs no registry lookup. */
const pinned = `nginx@sha256:${"0".repeat(64)}`;

/** Each row is the complete list, so that what an option leaves out is asserted together with what it adds. */
const registered: [string, Case, string[]][] = [
  ["Rancher's own certificate", {}, [...whatEveryStackHas, ...certManager]],
  [
    "Let's Encrypt",
    { settings: { tls: { source: "letsEncrypt", email: "ops@example.com", environment: "production" } } },
    [...whatEveryStackHas, ...certManager],
  ],
  [
    "a certificate of a public CA: no cert-manager, no CA secret",
    { settings: { tls: publicCA } },
    [...whatEveryStackHas, ...ingressCertificate],
  ],
  [
    "a certificate of a private CA",
    { settings: { tls: privateCA } },
    [...whatEveryStackHas, ...ingressCertificate, `${secret} private-ca-secret`, "rancher:tls:PrivateCa private-ca"],
  ],
  [
    "further CAs that Rancher trusts",
    { settings: { additionalTrustedCAs: "COMPANY CA" } },
    [
      ...whatEveryStackHas,
      ...certManager,
      `${secret} additional-cas-secret`,
      "rancher:tls:AdditionalCAs additional-cas",
    ],
  ],
  [
    "a cert-manager that others installed: it is used, and none is added",
    { cluster: { certManager: { version: "1.21.0", owned: false }, foreignNamespaces: ["cert-manager"] } },
    whatEveryStackHas,
  ],
  [
    "a cert-manager of this stack's own, which an update must not drop",
    { cluster: { certManager: { version: "1.21.0", owned: true } } },
    [...whatEveryStackHas, ...certManager],
  ],
  [
    "no bootstrap password given: one is made",
    { secrets: ["sshPrivateKey"] },
    [...whatEveryStackHas, ...certManager, `${password} bootstrap-password`],
  ],
  [
    "layer 7: the ingress controller is told, no certificate in the cluster, the CA for agents",
    layer7,
    [...whatEveryStackHas, ...ingressTrust, `${secret} private-ca-secret`, "rancher:tls:PrivateCa private-ca"],
  ],
  [
    "layer 7 before an ingress controller that trusts everybody: nothing is told",
    { settings: { ...layer7.settings, tls: publicCA }, cluster: { ingress: trusts } },
    whatEveryStackHas,
  ],
  [
    "the PROXY protocol: both sides of it",
    { settings: { loadBalancer: nginxBalancer({ proxyProtocol: true }) }, cluster: { ingress: k3s }, preview: true },
    [...whatEveryStackHas, ...certManager, ...ingressTrust],
  ],
  [
    "nginx in a container",
    { settings: { loadBalancer: nginxBalancer({ runAs: "container", image: pinned }) } },
    [
      ...whatEveryStackHas.filter((line) => !/nginx|NginxLoadBalancer/.test(line)),
      ...certManager,
      `${command} lb-1-nginx-container-script`,
      "rancher:host:HostScript lb-1-nginx-container",
      "rancher:load-balancer:NginxContainer load-balancer",
    ],
  ],
  [
    "HAProxy",
    { settings: { loadBalancer: haproxy } },
    [
      ...whatEveryStackHas.filter((line) => !/nginx|NginxLoadBalancer/.test(line)),
      ...certManager,
      `${command} lb-1-haproxy-script`,
      "rancher:host:HostScript lb-1-haproxy",
      "rancher:load-balancer:HaproxyLoadBalancer load-balancer",
    ],
  ],
  ...(["external", "none"] as const).map((kind): [string, Case, string[]] => [
    `load balancer ${kind}: nothing on any host`,
    { settings: { loadBalancer: { kind } } },
    [...whatEveryStackHas.filter((line) => !/lb-1|load-balancer/.test(line)), ...certManager],
  ]),
];

describe("the high-availability recipe", () => {
  it.each(registered)("registers exactly this for %s", async (_, stack, expected) => {
    const { registrations } = await synthesiseRecipe(stack);

    expect(listed(registrations)).toEqual(expected.toSorted());
  });

  it("makes every block its child", async () => {
    const { registrations } = await synthesiseRecipe({ settings: { tls: privateCA } });

    const blocks = registrations.filter(({ parent }) => parent.endsWith("HighAvailability::rancher"));
    expect(blocks.map(({ name }) => name).sort()).toEqual(
      ["cattle-system", "cluster", "ingress-certificate", "lb-1", "load-balancer", "private-ca", "rancher"].sort(),
    );
  });

  it("passes no inputs to a component except the cluster's identity, because they would reach the state in plain text", async () => {
    const { registrations } = await synthesiseRecipe({ settings: { tls: privateCA } });

    const { uid: clusterUid } = emptyCluster();
    for (const { type, inputs } of registrations.filter(({ custom }) => !custom))
      expect(inputs).toEqual(type === "rancher:recipes:HighAvailability" ? { clusterUid } : {});
  });

  it("uses one provider for every Kubernetes object and release", async () => {
    const { registrations } = await synthesiseRecipe({ settings: { tls: privateCA } });

    const objects = registrations.filter(({ type }) => type.startsWith("kubernetes:"));
    expect(objects).toHaveLength(4);
    for (const { provider } of objects) expect(provider).toContain("$pulumi:providers:kubernetes::cluster::");
    const providers = registrations.filter(({ type }) => type.startsWith("pulumi:providers:"));
    expect(providers.map(({ name }) => name)).toEqual(["cluster"]);
  });

  it("passes the chart the values derived from the stack file and the cluster", async () => {
    const { registrations } = await synthesiseRecipe({
      settings: { chartValues: { auditLog: { level: 1 }, replicas: 1 } },
      cluster: { ingressClasses: [{ name: "public", controller: "k8s.io/ingress-nginx", isDefault: false }] },
    });

    const { version, repositoryOpts, values } = only(registrations, release, "rancher-release").inputs;
    expect({ version, repositoryOpts }).toEqual({
      version: "2.15.2",
      repositoryOpts: expect.objectContaining({ repo: "https://charts.example.com/rancher" }) as unknown,
    });
    const { bootstrapPassword, ...plain } = values as Record<string, unknown>;
    expect(plain).toEqual({
      hostname: "rancher.example.com",
      replicas: 1,
      tls: "ingress",
      agentTLSMode: "strict",
      ingress: { ingressClassName: "public", includeDefaultExtraAnnotations: true, tls: { source: "rancher" } },
      auditLog: { level: 1 },
    });
    expect(inSecret(bootstrapPassword)).toBe(canaries.bootstrapPassword);
  });

  it("passes the chart and the balancer the settings of layer 7", async () => {
    const { registrations } = await synthesiseRecipe(layer7);

    const { values } = only(registrations, release, "rancher-release").inputs as { values: Record<string, unknown> };
    expect(values).toMatchObject({
      tls: "external",
      privateCA: true,
      agentTLSMode: "strict",
      ingress: { tls: { source: "secret" } },
    });
    const script = String(only(registrations, command, "lb-1-nginx-script").inputs["create"]);
    expect(script).toContain("server 192.0.2.11:80 ");
    expect(script).not.toContain("server 192.0.2.11:443 ");
    expect(script).toContain("CHAIN");
  });

  it("passes the ingress controller every balancer host's address, the private one if it has one", async () => {
    const hosts = [
      balancerHost({ privateAddress: "10.0.0.10" }),
      balancerHost({ name: "lb-2", address: "192.0.2.20" }),
    ];
    const loadBalancer = nginxBalancer({ layer: 7, hosts });
    const { registrations } = await synthesiseRecipe({ ...layer7, settings: { tls: publicCA, loadBalancer } });

    const config = only(registrations, "kubernetes:helm.cattle.io/v1:HelmChartConfig", "ingress-trust-config").inputs;
    expect(config).toMatchObject({ metadata: { name: "traefik", namespace: "kube-system" } });
    const { valuesContent } = config["spec"] as { valuesContent: string };
    const balancers = { trustedIPs: ["10.0.0.10", "192.0.2.20"] };
    expect(parse(valuesContent)).toEqual({
      deployment: { kind: "DaemonSet" },
      service: { spec: { externalTrafficPolicy: "Local" } },
      ports: {
        web: { forwardedHeaders: balancers, proxyProtocol: balancers },
        websecure: { proxyProtocol: balancers },
      },
    });
  });

  it("points every balancer at every server", async () => {
    const { registrations } = await synthesiseRecipe({ settings: twoBalancers });

    for (const name of ["lb-1-nginx-script", "lb-2-nginx-script"]) {
      for (const address of ["192.0.2.11", "192.0.2.12", "192.0.2.13"]) {
        expect(only(registrations, command, name).inputs["create"]).toContain(`server ${address}:443 `);
      }
    }
  });
});

// The engine holds back a component's children until the component is registered, and deletes them before the
// component's dependencies. With mocks only the component's own dependencies are visible. The rehearsal checks the
// rest.
describe("the order of the recipe", () => {
  const chart = ["rancher:rancher:RancherChart", "rancher"] as const;

  it("is namespace, cert-manager and every balancer, then Rancher, so that destroy deletes the balancer last", async () => {
    const { registrations } = await synthesiseRecipe({ settings: twoBalancers });

    expect(namesIn(only(registrations, ...chart).dependencies)).toEqual([
      "cattle-system-namespace",
      "cert-manager-namespace",
      "cert-manager-release",
      "lb-1-nginx-script",
      "lb-2-nginx-script",
    ]);
  });

  it("is namespace, CA, Rancher, and then the certificate of its ingress", async () => {
    const { registrations } = await synthesiseRecipe({ settings: { tls: privateCA } });

    const { dependencies } = only(registrations, "rancher:tls:PrivateCa", "private-ca");
    expect(namesIn(dependencies)).toEqual(["cattle-system-namespace"]);
    const last = only(registrations, "rancher:tls:IngressCertificate", "ingress-certificate");
    expect(namesIn(last.dependencies)).toEqual(["rancher-release"]);
    expect(namesIn(only(registrations, ...chart).dependencies)).toEqual([
      "cattle-system-namespace",
      "lb-1-nginx-script",
      "private-ca-secret",
    ]);
  });

  it("is namespace, further CAs, and then Rancher, whose pods mount them", async () => {
    const { registrations } = await synthesiseRecipe({ settings: { additionalTrustedCAs: "COMPANY CA" } });

    const { dependencies } = only(registrations, "rancher:tls:AdditionalCAs", "additional-cas");
    expect(namesIn(dependencies)).toEqual(["cattle-system-namespace"]);
    expect(namesIn(only(registrations, ...chart).dependencies)).toContain("additional-cas-secret");
    const { values } = only(registrations, release, "rancher-release").inputs;
    expect(values).toMatchObject({ additionalTrustedCAs: true });
  });

  it("at layer 7: the ingress controller trusts the balancer before nginx is configured, and Rancher comes last", async () => {
    const { registrations } = await synthesiseRecipe(layer7);

    const balancer = only(registrations, "rancher:load-balancer:NginxLoadBalancer", "load-balancer");
    expect(namesIn(balancer.dependencies)).toEqual(["ingress-trust-config"]);
    expect(namesIn(only(registrations, ...chart).dependencies)).toEqual([
      "cattle-system-namespace",
      "ingress-trust-config",
      "lb-1-nginx-script",
      "private-ca-secret",
    ]);
  });

  it("is the same with the PROXY protocol", async () => {
    const loadBalancer = nginxBalancer({ proxyProtocol: true });
    const { registrations } = await synthesiseRecipe({
      settings: { loadBalancer },
      cluster: { ingress: k3s },
      preview: true,
    });

    const balancer = only(registrations, "rancher:load-balancer:NginxLoadBalancer", "load-balancer");
    expect(namesIn(balancer.dependencies)).toEqual(["ingress-trust-config"]);
  });

  it("back to layer 4: Rancher and its certificate first, because nginx sends users to them", async () => {
    const { registrations } = await synthesiseRecipe({ settings: { tls: publicCA }, cluster: { externalTls: true } });

    const balancer = only(registrations, "rancher:load-balancer:NginxLoadBalancer", "load-balancer");
    expect(namesIn(balancer.dependencies)).toEqual(["ingress-certificate-secret", "rancher-release"]);
    expect(namesIn(only(registrations, ...chart).dependencies)).toEqual(["cattle-system-namespace"]);
    // The engine itself does not wait.
    expect(namesIn(only(registrations, command, "lb-1-base-script").dependencies)).toEqual([]);
  });

  it("once at layer 7: the usual order, whatever is installed", async () => {
    const { registrations } = await synthesiseRecipe({ ...layer7, cluster: { ingress: k3s, externalTls: true } });

    const balancer = only(registrations, "rancher:load-balancer:NginxLoadBalancer", "load-balancer");
    expect(namesIn(balancer.dependencies)).toEqual(["ingress-trust-config"]);
  });

  it("is one balancer after another", async () => {
    const { registrations } = await synthesiseRecipe({ settings: twoBalancers });

    const { dependencies } = only(registrations, "rancher:host:HostScript", "lb-2-nginx");
    expect(namesIn(dependencies)).toEqual(["lb-1-nginx-script", "lb-2-base-script"]);
  });
});

describe("what stays after a destroy", () => {
  it("is nothing on a cluster that was empty", async () => {
    const { registrations } = await synthesiseRecipe({ settings: { tls: privateCA } });

    expect(registrations.filter(({ retainOnDelete, protect }) => retainOnDelete || protect)).toEqual([]);
  });
});

describe("the outputs of the recipe", () => {
  it("are the addresses of the balancers, the version that runs, and the password as a secret", async () => {
    const { result } = await synthesiseRecipe({ settings: twoBalancers });

    expect(await valueOf(result.loadBalancer)).toEqual(["192.0.2.10", "192.0.2.20"]);
    expect(await valueOf(result.rancherVersion)).toBe("2.15.2");
    expect(await valueOf(result.bootstrapPassword)).toBe(canaries.bootstrapPassword);
    expect(await pulumi.isSecret(result.bootstrapPassword)).toBe(true);
  });

  it("contain no address if the balancer is external", async () => {
    const { result } = await synthesiseRecipe({ settings: { loadBalancer: { kind: "external" } } });

    expect(await valueOf(result.loadBalancer)).toEqual([]);
  });

  it("contain the generated password if none was given", async () => {
    const { result, registrations } = await synthesiseRecipe({ secrets: [] });

    expect(await valueOf(result.bootstrapPassword)).toBe("made");
    expect(only(registrations, password, "bootstrap-password").inputs).toEqual({ length: 24, special: false });
    expect(only(registrations, password, "bootstrap-password").additionalSecretOutputs).toContain("result");
  });
});

describe("secrets of the recipe", () => {
  it.each([
    ["Rancher's own certificate", {}],
    ["a private CA", { settings: { tls: privateCA } }],
    ["layer 7", layer7],
  ])("are nowhere in plain text, with %s", async (_, stack) => {
    const { registrations } = await synthesiseRecipe(stack);

    const clear = clearTexts(registrations.map(({ name, inputs }) => [name, inputs])).join("\n");
    for (const canary of canaryTexts) {
      expect(clear).not.toContain(canary);
      expect(clear).not.toContain(Buffer.from(canary).toString("base64").slice(0, 16));
    }
  });

  it("all arrive where they are needed", async () => {
    const chartValues = { proxy: "http://proxy.example.com:3128" };
    const { registrations } = await synthesiseRecipe({ settings: { tls: privateCA, chartValues } });

    const everything = JSON.stringify(registrations);
    for (const canary of canaryTexts) expect(everything).toContain(canary);
  });

  it("keep the scripts readable: no script is a secret as a whole", async () => {
    const { registrations } = await synthesiseRecipe();

    for (const { inputs } of registrations.filter(({ type }) => type === command)) {
      for (const step of ["create", "delete"])
        expect(String(inputs[step])).toMatch(/^# host lb-1 192\.0\.2\.10 as ops\n/);
    }
  });
});

describe("the first preview, when nothing is known yet", () => {
  it("shows the same resources", async () => {
    const unknown = await synthesiseRecipe({ secrets: [], preview: true });
    const known = await synthesiseRecipe({ secrets: [] });

    expect(listed(unknown.registrations)).toEqual(listed(known.registrations));
  });

  it("shows every value of the chart except the password, which is not generated yet", async () => {
    const { registrations } = await synthesiseRecipe({ secrets: [], preview: true });

    const { values } = only(registrations, release, "rancher-release").inputs as { values: Record<string, unknown> };
    expect(values).toMatchObject({ hostname: "rancher.example.com", replicas: 3, agentTLSMode: "strict" });
    expect(JSON.stringify(values["bootstrapPassword"])).not.toContain("made");
  });
});
