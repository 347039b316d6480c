import { describe, expect, it } from "vitest";
import type { RunningController } from "../../../components/cluster/ingress/ingress-controllers.ts";
import type { IngressFindings } from "../../../components/cluster/ingress/ingress-findings.ts";
import {
  type IngressTrustArgs,
  planIngressTrust,
  trustIsLive,
} from "../../../components/cluster/ingress/ingress-trust-plan.ts";

const balancers = ["192.0.2.10", "192.0.2.20"];

function controller(overrides: Partial<RunningController> = {}): RunningController {
  return {
    kind: "traefik",
    namespace: "kube-system",
    name: "traefik",
    workload: "DaemonSet",
    release: "traefik",
    forwardedHeaders: [],
    proxyProtocol: [],
    hidesClients: false,
    rolledOut: true,
    ...overrides,
  };
}
const nginx = controller({ kind: "ingress-nginx", name: "controller", release: "rke2-ingress-nginx" });

function args(findings: Partial<IngressFindings>, rest: Partial<IngressTrustArgs> = {}): IngressTrustArgs {
  return {
    clientAddressSource: "forwardedHeaders",
    controller: "traefik",
    balancers,
    findings: { packagedCharts: [], chartConfigs: [], controllers: [controller()], ...findings },
    ...rest,
  };
}
const k3s = { packagedCharts: ["traefik-crd", "traefik"] };
const reasonOf = (given: IngressTrustArgs) => {
  const plan = planIngressTrust(given);
  return plan.kind === "refused" ? plan.reason : expect.fail(`the plan is ${plan.kind}`);
};

describe("on a cluster whose distribution packages the ingress controller", () => {
  it("configures K3s' Traefik to trust only the balancers' headers, to run on every node, and to see client addresses", () => {
    expect(planIngressTrust(args(k3s))).toEqual({
      kind: "set",
      chart: "traefik",
      valuesContent: `deployment:
  kind: DaemonSet
service:
  spec:
    externalTrafficPolicy: Local
ports:
  web:
    forwardedHeaders:
      trustedIPs:
        - 192.0.2.10
        - 192.0.2.20
    proxyProtocol:
      trustedIPs:
        - 192.0.2.10
        - 192.0.2.20
  websecure:
    proxyProtocol:
      trustedIPs:
        - 192.0.2.10
        - 192.0.2.20
`,
    });
  });

  it("trusts the balancers for headers and for the PROXY protocol alike, so that Traefik serves while a stack switches", () => {
    const [headers, proxy] = (["forwardedHeaders", "proxyProtocol"] as const).map((clientAddressSource) =>
      planIngressTrust(args(k3s, { clientAddressSource })),
    );

    expect(proxy).toEqual(headers);
  });

  it("keeps RKE2's Traefik listening on every node, and leaves its Service unchanged", () => {
    expect(planIngressTrust(args({ packagedCharts: ["rke2-traefik"] }))).toEqual({
      kind: "set",
      chart: "rke2-traefik",
      valuesContent: `ports:
  web:
    forwardedHeaders:
      trustedIPs:
        - 192.0.2.10
        - 192.0.2.20
    proxyProtocol:
      trustedIPs:
        - 192.0.2.10
        - 192.0.2.20
  websecure:
    proxyProtocol:
      trustedIPs:
        - 192.0.2.10
        - 192.0.2.20
`,
    });
  });

  it.each([
    ["forwardedHeaders", "use-forwarded-headers"],
    ["proxyProtocol", "use-proxy-protocol"],
  ] as const)("RKE2's ingress-nginx gets %s through %s, and trusts the balancers", (clientAddressSource, key) => {
    const given = args(
      { packagedCharts: ["rke2-ingress-nginx"] },
      { clientAddressSource, controller: "ingress-nginx" },
    );

    expect(planIngressTrust(given)).toEqual({
      kind: "set",
      chart: "rke2-ingress-nginx",
      valuesContent: `controller:\n  config:\n    ${key}: "true"\n    proxy-real-ip-cidr: 192.0.2.10,192.0.2.20\n`,
    });
  });

  it("configures the controller that serves Rancher if the distribution packages two", () => {
    const both = { packagedCharts: ["rke2-ingress-nginx", "rke2-traefik"] };

    expect(planIngressTrust(args(both))).toMatchObject({ chart: "rke2-traefik" });
  });

  it("keeps this stack's own HelmChartConfig, also once the trust is live", () => {
    const works = { controllers: [controller({ forwardedHeaders: balancers })] };
    const chartConfigs = [{ name: "traefik", owned: true }];

    expect(planIngressTrust(args({ ...k3s, chartConfigs, ...works })).kind).toBe("set");
  });

  it("ignores a HelmChartConfig of another chart", () => {
    expect(planIngressTrust(args({ ...k3s, chartConfigs: [{ name: "coredns", owned: false }] })).kind).toBe("set");
  });
});

describe("a HelmChartConfig that this stack does not own", () => {
  const theirs = { ...k3s, chartConfigs: [{ name: "traefik", owned: false }] };

  it("is left alone if the controller trusts the balancers already", () => {
    const controllers = [controller({ forwardedHeaders: ["192.0.2.0/24"] })];

    expect(planIngressTrust(args({ ...theirs, controllers }))).toEqual({ kind: "there" });
  });

  it("is refused otherwise, with the text to merge", () => {
    expect(reasonOf(args(theirs, { balancers: ["192.0.2.10"] }))).toBe(
      `is configured by a HelmChartConfig traefik in kube-system that is not this stack's, and lacks this trust. Merge this into its valuesContent, wait until the controller has restarted, and run again:
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
    );
  });
});

describe("an ingress controller that the distribution does not package", () => {
  it.each([
    ["everybody", "everybody", true],
    ["the balancers, and sees them", balancers, false],
  ] as const)("is used unchanged if it trusts %s", (_, forwardedHeaders, hidesClients) => {
    const controllers = [controller({ namespace: "traefik", forwardedHeaders, hidesClients })];

    expect(planIngressTrust(args({ controllers }))).toEqual({ kind: "there" });
  });

  it("is refused without trust, with the values to apply", () => {
    const controllers = [controller({ namespace: "traefik", forwardedHeaders: ["192.0.2.10"] })];

    expect(reasonOf(args({ controllers }))).toMatch(
      /^\(traefik\/traefik\) does not have this trust\. Apply these values to its Helm chart, [^]*trustedIPs:\n +- 192\.0\.2\.10\n +- 192\.0\.2\.20$/,
    );
  });

  it("is refused if its Service hides the balancers' addresses", () => {
    const controllers = [controller({ forwardedHeaders: balancers, hidesClients: true })];

    expect(reasonOf(args({ controllers }))).toMatch(
      /^does not see client addresses: the Service of kube-system\/traefik has externalTrafficPolicy Cluster, or the trust is missing\. /,
    );
  });

  it("is refused if one of two does not trust the balancers", () => {
    const controllers = [controller({ forwardedHeaders: "everybody" }), controller({ name: "second" })];

    expect(planIngressTrust(args({ controllers })).kind).toBe("refused");
  });

  it("is refused if it is not found, with ingress-nginx's values for ingress-nginx", () => {
    expect(reasonOf(args({ controllers: [] }, { controller: "ingress-nginx" }))).toMatch(
      /^was not found as a Deployment or DaemonSet\. [^]*use-forwarded-headers: "true"/,
    );
  });
});

it("a balancer host known only by name is refused, because trust needs addresses", () => {
  expect(reasonOf(args(k3s, { balancers: ["192.0.2.10", "lb-2.example.com"] }))).toBe(
    "trusts IP addresses, and lb-2.example.com is a name. Give the host its IP address as privateAddress.",
  );
});

describe("the trust is live", () => {
  const live = controller({ forwardedHeaders: balancers });

  it.each([
    ["when the packaged controller trusts the balancers and is rolled out", [live, nginx], true],
    ["not while its pods are being replaced", [{ ...live, rolledOut: false }], false],
    ["not while the old workload exists beside the new one", [live, controller({ workload: "Deployment" })], false],
    ["not while the Service hides client addresses", [{ ...live, hidesClients: true }], false],
    ["not by a controller of another release", [{ ...live, release: "mine" }], false],
    ["not if nothing runs", [], false],
  ] as const)("%s", (_, controllers, expected) => {
    expect(trustIsLive(args({ ...k3s, controllers }))).toBe(expected);
  });
});
