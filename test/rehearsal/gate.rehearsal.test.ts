import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  NetworkingV1Api,
  PatchStrategy,
  setHeaderOptions,
} from "@kubernetes/client-node";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freePorts } from "../../rehearsal/kubernetes/free-ports.ts";
import { clearLeftovers } from "../../rehearsal/sandbox/leftovers.ts";
import { installByHand } from "./support/installed-by-others.ts";
import { isRoot, rehearse, type PulumiRun, type Rehearsed } from "./support/rehearsed.ts";
import { stackText } from "./support/stack-text.ts";

/** One cluster, which gets worse and better again. Each test begins where the previous one ended. */
describe.skipIf(!isRoot)("the gate", () => {
  let stack: Rehearsed;
  let cluster: KubeConfig;
  let good: Record<string, unknown>;

  beforeAll(async () => {
    stack = await rehearse({
      stackFile: stackText({ balancers: ["lb-1"], servers: ["server-1"], keys: { version: "2.15.2" } }),
      alsoServe: { rancher: ["2.13.3"], "cert-manager": ["1.14.7"] },
    });
    cluster = new KubeConfig();
    cluster.loadFromString(stack.kubernetes.kubeconfig);
    stack.edit((config) => (good = { ...config }));
  });
  beforeEach(() => {
    stack.edit((config) => {
      for (const key of Object.keys(config)) delete config[key];
      Object.assign(config, good);
    });
  });
  afterAll(async () => {
    await stack?.close();
    await clearLeftovers();
  });

  const set = (key: string, value: unknown) => stack.edit((config) => (config[`rancher:${key}`] = value));
  const isRefused = async (...problems: string[]) => {
    const preview = await stack.preview();
    expect(preview.code, preview.text).not.toBe(0);
    expect(errorsIn(preview)).toEqual(problems);
    return preview;
  };

  it("reports every problem of the stack file together, before it contacts the cluster", async () => {
    set("replicas", 0);
    set("hostnam", "rancher.example.com");
    set("version", "2.15");

    await isRefused(
      "rancher:hostnam is not a known key. Did you mean hostname?",
      'rancher:version is "2.15"; Rancher versions have three parts, and YAML reads an unquoted 2.10 as 2.1. Write all three, such as 2.15.2.',
      "rancher:replicas is 0, but must be from 1 to 99.",
    );
  });

  it("names the server of a kubeconfig that does not respond", async () => {
    const [port] = await freePorts(1);
    const nowhere = stack.kubernetes.kubeconfig.replaceAll(/127\.0\.0\.1:\d+/g, `127.0.0.1:${port}`);
    await stack.setSecret("kubeconfig", nowhere);

    await isRefused(
      `rancher:kubeconfig leads to https://127.0.0.1:${port}, which does not answer: ECONNREFUSED. Check the address and the route to it.`,
    );
  });

  it("refuses a Kubernetes that the chart does not allow", async () => {
    set("version", "2.12.3");

    await isRefused(
      "rancher:kubeconfig leads to a cluster whose Kubernetes is v1.34.1, which the chart of Rancher 2.12.3 refuses (<1.34.0-0). Rancher 2.12 runs on Kubernetes 1.31 to 1.33. Use a Kubernetes in that range, or Rancher 2.13, 2.14 or 2.15.",
    );
  });

  it("refuses a cluster without an IngressClass, and warns about other workloads", async () => {
    const networking = cluster.makeApiClient(NetworkingV1Api);
    const traefik = await networking.readIngressClass({ name: "traefik" });
    await networking.deleteIngressClass({ name: "traefik" });
    await cluster.makeApiClient(CoreV1Api).createNamespace({ body: { metadata: { name: "shop" } } });
    await cluster.makeApiClient(AppsV1Api).createNamespacedDeployment({
      namespace: "shop",
      body: {
        metadata: { name: "till" },
        spec: {
          selector: { matchLabels: { app: "till" } },
          template: {
            metadata: { labels: { app: "till" } },
            spec: { containers: [{ name: "till", image: "shop.example.com/till:1" }] },
          },
        },
      },
    });

    const preview = await isRefused(
      "rancher:kubeconfig leads to a cluster without an IngressClass, so nothing would serve Rancher. Install an ingress controller first: traefik or ingress-nginx.",
    );

    expect(warningsIn(preview)).toEqual([outOfSupport, otherWorkloads]);
    const { name, annotations } = traefik.metadata ?? {};
    await networking.createIngressClass({
      body: { metadata: { ...(name && { name }), ...(annotations && { annotations }) }, spec: traefik.spec ?? {} },
    });
  });

  it("accepts the same stack when only the warnings remain, and repeats them", async () => {
    const preview = await stack.preview();

    expect(preview.code, preview.text).toBe(0);
    expect(warningsIn(preview)).toEqual([outOfSupport, otherWorkloads]);
  });

  it("refuses a foreign cert-manager that is too old", async () => {
    await installByHand(stack, {
      chart: "cert-manager",
      version: "v1.14.7",
      namespace: "cert-manager",
      values: ["crds.enabled=true"],
    });

    await isRefused(tooOld);
  });

  it("refuses a foreign Rancher, and one that would skip a minor", async () => {
    set("tls", { source: "letsEncrypt", email: "ops@example.com" });
    await installByHand(stack, {
      chart: "rancher",
      version: "2.13.3",
      namespace: "cattle-system",
      values: ["hostname=rancher.example.com", "ingress.tls.source=secret"],
    });

    await isRefused(skippedMinor, tooOld, takenOver);
  });

  it("refuses to skip a minor of the stack's own Rancher as well", async () => {
    await cluster.makeApiClient(CoreV1Api).patchNamespace(
      {
        name: "cattle-system",
        body: {
          metadata: {
            labels: { "app.kubernetes.io/managed-by": "rancher-stack", "app.kubernetes.io/instance": "rancher.prod" },
          },
        },
      },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );

    await isRefused(skippedMinor, tooOld);
  });

  it("has registered nothing and touched no host", async () => {
    const state = JSON.parse(await stack.engine.capture(["stack", "export", "--stack", stack.stack])) as {
      deployment: { resources?: unknown[] };
    };

    expect(state.deployment.resources ?? []).toEqual([]);
    expect(await stack.host("lb-1").changes()).toEqual([]);
  });
});

const outOfSupport =
  "rancher:kubeconfig leads to a cluster with Kubernetes v1.34.1, and upstream support for 1.34 ended on 2026-10-27. Upgrade the cluster, or make sure that your vendor still maintains it.";
const otherWorkloads =
  "rancher:kubeconfig leads to a cluster that also runs other workloads, in shop. Administrators of Rancher can change them too, and an upgrade of either can stop the other. Give Rancher its own cluster.";
const tooOld =
  "rancher:kubeconfig leads to a cluster whose cert-manager is 1.14.7, but Rancher 2.15.2 needs cert-manager 1.15.0 or newer.";
const skippedMinor =
  "rancher:version is 2.15.2, but 2.13.3 is installed, and Rancher is upgraded one minor at a time. Go to 2.14.3 first.";
const takenOver =
  "rancher:kubeconfig leads to a cluster where Rancher 2.13.3 is already installed, but not by this stack; Helm does not install over it. Use a cluster without Rancher, or the stack that installed it.";

/** The program's problems, one line each, from Pulumi's diagnostics. */
function errorsIn({ lines }: PulumiRun): string[] {
  const diagnostics = lines.slice(lines.indexOf("Diagnostics:"));
  const first = diagnostics.findIndex((line) => /^ +error: /.test(line));
  if (first < 0) return [];
  const problems = diagnostics.slice(first, diagnostics.indexOf("", first));
  return problems.map((line) => line.trim().replace(/^error: /, ""));
}

function warningsIn({ lines }: PulumiRun): string[] {
  const diagnostics = lines.slice(lines.indexOf("Diagnostics:"));
  return diagnostics.flatMap((line) => /^ +warning: (.*)$/.exec(line)?.[1] ?? []);
}
