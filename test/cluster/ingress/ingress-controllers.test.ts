import { describe, expect, it } from "vitest";
import { controllerOf, type Service, type Workload } from "../../../components/cluster/ingress/ingress-controllers.ts";

const labels = { "app.kubernetes.io/name": "traefik" };
const address = "--entryPoints.web.address=:8000/tcp";
const trustedWeb = "--entryPoints.web.forwardedHeaders.trustedIPs=192.0.2.10, 192.0.2.20";

interface Given {
  readonly kind?: Workload["kind"];
  readonly args?: readonly string[];
  readonly pod?: NonNullable<NonNullable<NonNullable<Workload["spec"]>["template"]>["spec"]>;
  readonly status?: Workload["status"];
  readonly generation?: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

function workload({
  kind = "Deployment",
  args = [address],
  pod,
  status,
  generation = 1,
  annotations,
}: Given): Workload {
  return {
    kind,
    metadata: { name: "traefik", namespace: "kube-system", generation, ...(annotations && { annotations }) },
    spec: { replicas: 1, template: { metadata: { labels }, spec: { containers: [{ args }], ...pod } } },
    ...(status && { status }),
  };
}

function describeIt(given: Given, services: readonly Service[] = [], config: Readonly<Record<string, string>> = {}) {
  return controllerOf(workload(given))?.describe(services, config);
}

describe("a Traefik", () => {
  it("is recognised by its entry point, with the release it belongs to", () => {
    expect(describeIt({ annotations: { "meta.helm.sh/release-name": "traefik" } })).toEqual({
      kind: "traefik",
      namespace: "kube-system",
      name: "traefik",
      workload: "Deployment",
      release: "traefik",
      forwardedHeaders: [],
      proxyProtocol: [],
      hidesClients: false,
      rolledOut: false,
    });
  });

  it.each([
    ["the given addresses", [trustedWeb], ["192.0.2.10", "192.0.2.20"]],
    [
      "the given addresses, in the lower case of older charts",
      [trustedWeb.toLowerCase()],
      ["192.0.2.10", "192.0.2.20"],
    ],
    ["everybody, with the insecure flag", ["--entryPoints.web.forwardedHeaders.insecure"], "everybody"],
    [
      "everybody, with the insecure flag set to true",
      ["--entrypoints.web.forwardedHeaders.insecure=true"],
      "everybody",
    ],
    ["nobody, with the insecure flag set to false", ["--entryPoints.web.forwardedHeaders.insecure=false"], []],
    ["nobody, by the trust of another entry point", ["--entryPoints.websecure.forwardedHeaders.trustedIPs=::/0"], []],
  ])("trusts the headers of %s", (_, args, trusted) => {
    expect(describeIt({ args: [address, ...args] })?.forwardedHeaders).toEqual(trusted);
  });

  it.each([
    ["both of its ports", ["192.0.2.10", "192.0.2.20"], ["192.0.2.20"], ["192.0.2.20"]],
    ["only one port, which is nobody", ["192.0.2.10"], [], []],
  ])("accepts the PROXY protocol from those trusted on %s", (_, web, websecure, trusted) => {
    const args = [
      address,
      `--entryPoints.web.proxyProtocol.trustedIPs=${web.join(",")}`,
      `--entryPoints.websecure.proxyProtocol.trustedIPs=${websecure.join(",")}`,
    ];

    expect(describeIt({ args })?.proxyProtocol).toEqual(trusted);
  });

  it("accepts it from those trusted on one port if the other port trusts everybody", () => {
    const args = [
      address,
      "--entryPoints.web.proxyProtocol.insecure",
      "--entryPoints.websecure.proxyProtocol.trustedIPs=192.0.2.10",
    ];

    expect(describeIt({ args })?.proxyProtocol).toEqual(["192.0.2.10"]);
  });
});

describe("an ingress-nginx", () => {
  const args = ["/nginx-ingress-controller", "--configmap=$(POD_NAMESPACE)/controller"];
  const nginx = (config: Readonly<Record<string, string>>) => describeIt({ args }, [], config);

  it("is recognised by its program, and names the ConfigMap it reads", () => {
    expect(controllerOf(workload({ args }))?.configMap).toBe("kube-system/controller");
    expect(nginx({})).toMatchObject({ kind: "ingress-nginx", forwardedHeaders: [], proxyProtocol: [] });
  });

  it.each([
    [{ "use-forwarded-headers": "true" }, "everybody", []],
    [{ "use-forwarded-headers": "false", "proxy-real-ip-cidr": "192.0.2.0/24" }, [], []],
    [
      { "use-forwarded-headers": "true", "proxy-real-ip-cidr": "192.0.2.10,192.0.2.20" },
      ["192.0.2.10", "192.0.2.20"],
      [],
    ],
    [{ "use-proxy-protocol": "true", "proxy-real-ip-cidr": "192.0.2.10" }, [], ["192.0.2.10"]],
  ])("with %j trusts the headers of %j, and the PROXY protocol of %j", (config, forwardedHeaders, proxyProtocol) => {
    expect(nginx(config)).toMatchObject({ forwardedHeaders, proxyProtocol });
  });
});

it.each([
  ["another program", ["--something"]],
  ["one with another ConfigMap", ["/manager", "--configmap=kube-system/other"]],
])("%s is not an ingress controller", (_, args) => {
  expect(controllerOf(workload({ args }))).toBeUndefined();
});

describe("who connects", () => {
  const service = (spec: object): Service => ({ spec: { type: "LoadBalancer", selector: labels, ...spec } });

  it.each([
    ["hidden behind a Service that may lead to other nodes", [service({})], {}, true],
    ["hidden behind a node port, too", [service({ type: "NodePort" })], {}, true],
    ["visible if it leads to the node's own pod only", [service({ externalTrafficPolicy: "Local" })], {}, false],
    ["visible behind a Service inside the cluster", [service({ type: "ClusterIP" })], {}, false],
    ["visible if the Service selects other pods", [service({ selector: { app: "other" } })], {}, false],
    ["visible if the Service selects nothing", [service({ selector: {} })], {}, false],
    [
      "visible on the node's own ports",
      [service({})],
      { containers: [{ args: [address], ports: [{ hostPort: 80 }] }] },
      false,
    ],
    ["visible in the node's own network", [service({})], { hostNetwork: true }, false],
  ] as const)("is %s", (_, services, pod, hidden) => {
    expect(describeIt({ pod }, services)?.hidesClients).toBe(hidden);
  });
});

describe("a rollout", () => {
  const deployment = { observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1 };
  const daemonSet = {
    observedGeneration: 2,
    desiredNumberScheduled: 3,
    updatedNumberScheduled: 3,
    numberReady: 3,
  };

  it.each([
    ["is complete when every pod is new and ready", "Deployment", deployment, true],
    [
      "is not complete before the controller has observed it",
      "Deployment",
      { ...deployment, observedGeneration: 1 },
      false,
    ],
    ["is not complete with an old pod left", "Deployment", { ...deployment, replicas: 2 }, false],
    ["is not complete before the new pod is ready", "Deployment", { ...deployment, readyReplicas: 0 }, false],
    ["is complete when every node has a new pod that is ready", "DaemonSet", daemonSet, true],
    ["is not complete with one node left", "DaemonSet", { ...daemonSet, updatedNumberScheduled: 2 }, false],
    ["is not complete with one pod not ready", "DaemonSet", { ...daemonSet, numberReady: 2 }, false],
    ["is not complete if no node was found for it", "DaemonSet", { observedGeneration: 2 }, false],
  ] as const)("%s (%s)", (_, kind, status, over) => {
    expect(describeIt({ kind, status, generation: 2 })?.rolledOut).toBe(over);
  });
});
