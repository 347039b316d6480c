import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { ownershipLabels } from "../../../components/cluster/ownership.ts";
import { survey } from "../../../components/cluster/existing/survey.ts";
import { helmRevision, kubeconfigFor, playApi, type FakeCluster } from "../../support/kubernetes-api.ts";
import { emptyCluster } from "../../support/prod-stack.ts";

const stack = "rancher/prod";
const labels = ownershipLabels(stack);
const namespace = (name: string, owned = false) => ({ metadata: { name, ...(owned && { labels }) } });
const deployment = (namespace: string, labels: object = {}) => ({ metadata: { name: "any", namespace, labels } });
const certManager = (version: string, component = "controller") =>
  deployment("cert-manager", {
    "app.kubernetes.io/name": "cert-manager",
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/version": version,
  });
const ingressClass = (name: string, controller: string, annotations?: object) => ({
  metadata: { name, ...(annotations && { annotations }) },
  spec: { controller },
});

async function look(cluster: FakeCluster) {
  await using api = await playApi(cluster);
  return await survey(api.kubeconfig, stack);
}

async function refusal(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("the survey found something to look at"),
    (error: Error) => error,
  );
}

describe("the survey of a cluster", () => {
  it("reports an empty cluster as empty", async () => {
    expect(await look({})).toEqual(emptyCluster({ uid: undefined, ingressClasses: [] }));
  });

  it("only ever reads", async () => {
    await using api = await playApi({});
    await survey(api.kubeconfig, stack);

    expect(api.requests).toHaveLength(5);
    expect(api.requests.filter((request) => !request.startsWith("GET "))).toEqual([]);
  });

  it("lists ingress classes with their controllers, and marks the default one", async () => {
    const { ingressClasses } = await look({
      ingressClasses: [
        ingressClass("traefik", "traefik.io/ingress-controller", {
          "ingressclass.kubernetes.io/is-default-class": "true",
        }),
        ingressClass("nginx", "k8s.io/ingress-nginx", { "ingressclass.kubernetes.io/is-default-class": "false" }),
        ingressClass("plain", "example.com/controller"),
      ],
    });

    expect(ingressClasses).toEqual([
      { name: "traefik", controller: "traefik.io/ingress-controller", isDefault: true },
      { name: "nginx", controller: "k8s.io/ingress-nginx", isDefault: false },
      { name: "plain", controller: "example.com/controller", isDefault: false },
    ]);
  });

  it.each([
    ["this stack's own", true],
    ["that others installed", false],
  ])("finds cert-manager, %s, by its controller's labels", async (_, owned) => {
    const found = await look({
      namespaces: [namespace("cert-manager", owned)],
      deployments: [certManager("v9.9.9", "webhook"), certManager("v1.20.2")],
    });

    expect(found.certManager).toEqual({ version: "1.20.2", owned });
    expect(found.foreignNamespaces).toEqual(owned ? [] : ["cert-manager"]);
  });

  it.each([
    ["this stack's own", true],
    ["that others installed", false],
  ])("finds Rancher, %s, by its newest release that was deployed", async (_, owned) => {
    const found = await look({
      namespaces: [namespace("cattle-system", owned)],
      releases: [
        helmRevision(9, "superseded", "2.13.8"),
        helmRevision(10, "deployed", "2.14.4"),
        ...(owned ? [helmRevision(11, "pending-upgrade", "2.15.2")] : []),
        helmRevision(2, "superseded", "2.12.0"),
      ],
    });

    expect(found.rancher).toEqual({ version: "2.14.4", owned });
  });

  it("does not count this stack's own interrupted installation as a Rancher", async () => {
    const namespaces = [namespace("cattle-system", true)];
    const { rancher } = await look({ namespaces, releases: [helmRevision(1, "pending-install", "2.15.2")] });

    expect(rancher).toBeUndefined();
  });

  it.each(["failed", "pending-install", "pending-upgrade", "pending-rollback", "uninstalling"])(
    "finds another stack's Rancher whose newest Helm record is %s",
    async (status) => {
      const { rancher } = await look({
        namespaces: [namespace("cattle-system")],
        releases: [helmRevision(3, status, "2.14.3")],
      });

      expect(rancher).toEqual({ version: "2.14.3", owned: false });
    },
  );

  it("finds another stack's Rancher by its Deployment if Helm has no record", async () => {
    const deployments = [{ metadata: { name: "rancher", namespace: "cattle-system" } }];

    expect((await look({ deployments })).rancher).toEqual({ version: "unknown", owned: false });
    expect((await look({ deployments, namespaces: [namespace("cattle-system", true)] })).rancher).toBeUndefined();
  });

  it("does not treat another stack's namespace as its own", async () => {
    const theirs = { metadata: { name: "cattle-system", labels: ownershipLabels("rancher/dev") } };

    expect((await look({ namespaces: [theirs] })).foreignNamespaces).toEqual(["cattle-system"]);
  });

  it("does not report namespaces that it does not use", async () => {
    expect((await look({ namespaces: [namespace("default"), namespace("shop")] })).foreignNamespaces).toEqual([]);
  });

  it("lists each namespace with other workloads once", async () => {
    const theirs = ["shop", "billing", "shop", "clusters", "private"];
    const ours = [
      "kube-system",
      "cattle-fleet-system",
      "cert-manager",
      "fleet-default",
      "local",
      "c-m-x7k2",
      "p-abcde",
    ];

    const { otherWorkloads } = await look({ deployments: [...theirs, ...ours].map((name) => deployment(name)) });

    expect(otherWorkloads).toEqual(["billing", "clusters", "private", "shop"]);
  });

  it("keeps the distribution's suffix of the version", async () => {
    expect((await look({ gitVersion: "v1.34.1+k3s1" })).kubernetesVersion).toBe("v1.34.1+k3s1");
  });
});

describe("the survey of where TLS ended so far", () => {
  it.each([
    ["external", true],
    ["ingress", false],
    [undefined, false],
  ])("treats a release with tls %s as one behind layer 7: %s", async (tls, external) => {
    const releases = [helmRevision(4, "deployed", "2.15.2", tls === undefined ? {} : { tls })];

    expect((await look({ releases })).externalTls).toBe(external);
  });
});

describe("the survey of the ingress controller", () => {
  const lookCloser = async (cluster: FakeCluster) => {
    await using api = await playApi(cluster);
    return { found: (await survey(api.kubeconfig, stack, true)).ingress, requests: [...api.requests] };
  };
  const traefik = (namespace: string) => ({
    metadata: { name: "traefik", namespace, annotations: { "meta.helm.sh/release-name": "traefik" } },
    spec: { template: { spec: { containers: [{ args: ["--entryPoints.web.address=:8000/tcp"] }] } } },
  });
  const nginx = {
    metadata: { name: "controller", namespace: "kube-system" },
    spec: {
      template: { spec: { containers: [{ args: ["/nginx-ingress-controller", "--configmap=kube-system/c"] }] } },
    },
  };

  it("finds no controller on an empty cluster, and accepts that K3s' kinds are missing", async () => {
    expect((await lookCloser({})).found).toEqual({ packagedCharts: [], chartConfigs: [], controllers: [] });
  });

  it("finds packaged charts, and who owns their configuration", async () => {
    const { found } = await lookCloser({
      helmCharts: [{ metadata: { name: "traefik" } }],
      helmChartConfigs: [{ metadata: { name: "traefik", labels } }, { metadata: { name: "coredns" } }],
    });

    expect(found).toMatchObject({
      packagedCharts: ["traefik"],
      chartConfigs: [
        { name: "traefik", owned: true },
        { name: "coredns", owned: false },
      ],
    });
  });

  it("finds every controller, as a Deployment or DaemonSet, with its Service and its ConfigMap", async () => {
    const { found, requests } = await lookCloser({
      deployments: [traefik("traefik"), deployment("shop")],
      daemonSets: [nginx],
      services: { traefik: [{ spec: { type: "LoadBalancer", selector: {} } }] },
      configMaps: { "kube-system/c": { "use-forwarded-headers": "true" } },
    });

    expect(found?.controllers).toMatchObject([
      { kind: "traefik", namespace: "traefik", workload: "Deployment", release: "traefik", forwardedHeaders: [] },
      { kind: "ingress-nginx", workload: "DaemonSet", forwardedHeaders: "everybody" },
    ]);
    expect(requests.filter((request) => !request.startsWith("GET "))).toEqual([]);
  });

  it("treats an ingress-nginx without its ConfigMap as one that trusts nobody", async () => {
    const { found } = await lookCloser({ daemonSets: [nginx] });

    expect(found?.controllers).toMatchObject([{ kind: "ingress-nginx", forwardedHeaders: [], proxyProtocol: [] }]);
  });
});

describe("a cluster that cannot be surveyed", () => {
  it.each([
    [
      401,
      (server: string) => `is rejected by ${server} (401). Its credentials may have expired; get a new kubeconfig.`,
    ],
    [
      403,
      (server: string) =>
        `lacks permissions on ${server} (403). Use a kubeconfig with the role cluster-admin, which Rancher needs.`,
    ],
    [404, (server: string) => `leads to ${server}, which answers HTTP 404. Check that it is a Kubernetes API server.`],
  ])("answers %s", async (status, message) => {
    await using api = await playApi({ status });

    const error = await refusal(survey(api.kubeconfig, stack));

    expect(error.message).toBe(message(api.server));
  });

  it("does not listen", async () => {
    const server = `https://127.0.0.1:${await freePort()}`;

    const error = await refusal(survey(kubeconfigFor(server), stack));

    expect(error.message).toBe(
      `leads to ${server}, which does not answer: ECONNREFUSED. Check the address and the route to it.`,
    );
  });

  it("has a certificate that the kubeconfig's CA did not sign", async () => {
    await using api = await playApi({});

    const error = await refusal(survey(kubeconfigFor(api.server), stack));

    expect(error.message).toBe(
      `leads to ${api.server}, which does not answer: DEPTH_ZERO_SELF_SIGNED_CERT. Check the address and the route to it.`,
    );
  });

  it("is given up after ten seconds without a response", { timeout: 60_000 }, async () => {
    await using api = await playApi("silence");
    const started = performance.now();

    const error = await refusal(survey(api.kubeconfig, stack));

    expect(error.message).toBe(
      `leads to ${api.server}, which does not answer: no answer within 10 s. Check the address and the route to it.`,
    );
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it.each([
    [
      "text that is not YAML",
      "canary-token: [",
      "is not a kubeconfig: it is not YAML with clusters, users and contexts.",
    ],
    ["a list", "- canary-token", "is not a kubeconfig: it is not YAML with clusters, users and contexts."],
    ["an empty text", "", "is not a kubeconfig: it is not YAML with clusters, users and contexts."],
    [
      "a context that does not exist",
      kubeconfigFor("https://192.0.2.1:6443").replace('"current-context":"test"', '"current-context":"gone"'),
      "names no cluster in its current-context.",
    ],
  ])("cannot be found with an invalid kubeconfig: %s", async (_, kubeconfig, message) => {
    const error = await refusal(survey(kubeconfig, stack));

    expect(error.message).toBe(message);
  });

  it.each([429, 500, 502, 503, 504])("is retried while it responds with %s", async (status) => {
    expect((await look({ overloaded: { status, times: 7 } })).kubernetesVersion).toBe("v1.35.2");
  });

  it.each([
    ["/version", "<html>"],
    ["/version", {}],
    ["/version", { gitVersion: "newest" }],
    ["/version", { gitVersion: 1.35 }],
    ["/api/v1/namespaces", null],
    ["/api/v1/namespaces", { items: [null] }],
    ["/api/v1/namespaces", { items: [{ metadata: { name: 5 } }] }],
    ["/apis/apps/v1/deployments", { items: "many" }],
    ["/apis/networking.k8s.io/v1/ingressclasses", []],
  ])("responds to %s with %j", async (path, given) => {
    await using api = await playApi({ answers: { [path]: given } });

    const error = await refusal(survey(api.kubeconfig, stack));

    expect(error.message).toBe(
      `leads to ${api.server}, which gave an invalid answer: ${path}. Check that it is a Kubernetes API server.`,
    );
  });

  it("treats null lists from Kubernetes as empty", async () => {
    expect((await look({ answers: { "/api/v1/namespaces": { items: null } } })).foreignNamespaces).toEqual([]);
  });

  it("has malformed ingress controllers", async () => {
    await using api = await playApi({
      answers: { "/apis/apps/v1/daemonsets": { items: [{ spec: { template: { spec: { containers: 5 } } } }] } },
    });

    const error = await refusal(survey(api.kubeconfig, stack, true));

    expect(error.message).toContain("gave an invalid answer: the ingress controller's objects");
  });

  it("may be reached through Rancher itself", async () => {
    const kubeconfig = kubeconfigFor("https://Rancher.example.com/k8s/clusters/local");

    const error = await refusal(survey(kubeconfig, stack, false, "rancher.example.com"));

    expect(error.message).toMatch(
      /^connects through Rancher itself, at https:.*Use a kubeconfig of the cluster's API server/,
    );
  });

  const changed = (change: (config: Changeable) => unknown) => {
    const config = JSON.parse(kubeconfigFor("https://192.0.2.1:6443")) as Changeable;
    change(config);
    return JSON.stringify(config);
  };
  const wrongKubeconfigs: [string, (config: Changeable) => unknown, string][] = [
    ["a null context", (c: Changeable) => (c.contexts = [null]), "is not a valid kubeconfig: contexts.0 is not"],
    [
      "a number as CA",
      (c: Changeable) => (c.clusters[0].cluster["certificate-authority-data"] = 5),
      "is not a valid kubeconfig: clusters.0.cluster.certificate-authority-data is not",
    ],
    [
      "a password in the server's URL",
      (c: Changeable) => (c.clusters[0].cluster.server = "https://me:canary-password@192.0.2.1:6443"),
      "has a user name or password in the server's URL.",
    ],
    [
      "a relative path",
      (c: Changeable) => (c.clusters[0].cluster["certificate-authority"] = "ca.crt"),
      "names the file ca.crt, a path relative to the kubeconfig.",
    ],
    ...["auth-provider", "as", "as-uid", "as-groups", "as-user-extra"].map(
      (key): [string, (config: Changeable) => unknown, string] => [
        `a user with ${key}`,
        (c: Changeable) => (c.users[0].user[key] = { name: "canary-password" }),
        `has a user with the key ${key}, which is not supported.`,
      ],
    ),
  ];
  it.each(wrongKubeconfigs)("is refused for a kubeconfig with %s", async (_, change, message) => {
    const error = await refusal(survey(changed(change), stack));

    expect(error.message).toContain(message);
    expect(error.message).not.toContain("canary-password");
  });

  it("never has its kubeconfig in an error or its cause", async () => {
    await using unauthorised = await playApi({ status: 401 });
    const garbled = helmRevision(1, "deployed", "2.15.2") as { data: { release: string } };
    await using broken = await playApi({ releases: [{ ...garbled, data: { release: "bm90IGd6aXA=" } }] });
    const kubeconfigs = [
      unauthorised.kubeconfig,
      broken.kubeconfig,
      kubeconfigFor(`https://127.0.0.1:${await freePort()}`),
      "canary-token: [",
      `users: canary-token`,
      kubeconfigFor("canary-token://nonsense"),
    ];

    for (const kubeconfig of kubeconfigs) {
      const error = await refusal(survey(kubeconfig, stack));
      const text = [error.message, error.stack, error.cause, JSON.stringify(error)].map(String).join("\n");

      expect(text).not.toContain(kubeconfig);
      expect(text.replaceAll("canary-token://nonsense", "")).not.toContain("canary-token");
    }
  });
});

/** A kubeconfig that a test makes wrong. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- anything may stand anywhere in it
type Changeable = any;

/** A port that nothing listens on: it was just released. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
