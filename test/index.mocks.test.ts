import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type outputs from "../index.ts";
import { synthesise } from "../operations/engine/synthesis.ts";
import { indexOf, rancherChart, serve } from "./support/chart-server.ts";
import { helmRevision, kubeconfigFor, playApi, type FakeCluster } from "./support/kubernetes-api.ts";
import { prodConfiguration } from "./support/prod-configuration.ts";
import { clearTexts, listed, only } from "./support/registrations.ts";
import { valueOf } from "./support/value-of.ts";

type Outputs = Extract<typeof outputs, { readonly mode: "high-availability" }>;
type SingleNodeOutputs = Exclude<typeof outputs, Outputs>;

const traefik = { metadata: { name: "traefik" }, spec: { controller: "traefik.io/ingress-controller" } };
const bootstrapPassword = "canary-bootstrap-password";

/** Runs the program as Pulumi does: the module is loaded inside the stack, and everything happens while it loads. */
function run(
  kubeconfig: string,
  overrides: Record<string, unknown> = {},
  secrets: Readonly<Record<string, string>> = {},
) {
  vi.resetModules();
  return synthesise<Outputs>(async () => (await import("../index.ts")).default as Outputs, {
    stack: "prod",
    ...prodConfiguration({ kubeconfig, bootstrapPassword, ...secrets }, overrides),
  });
}

async function runOn(
  cluster: FakeCluster,
  overrides: Record<string, unknown> = {},
  secrets: Readonly<Record<string, string>> = {},
) {
  await using api = await playApi(cluster);
  return { api, ...(await run(api.kubeconfig, overrides, secrets)) };
}

async function refusal(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("the program went on"),
    (error: Error) => error,
  );
}

let warnings: string[];
beforeEach(() => {
  warnings = [];
  vi.spyOn(pulumi.log, "warn").mockImplementation(async (message) => void warnings.push(message));
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("the program", () => {
  it("surveys the cluster, builds the recipe, and exports what users and the next run need", async () => {
    const { result, registrations, api } = await runOn({ ingressClasses: [traefik] });

    expect(listed(registrations).filter((line) => line.includes("rancher:recipes:"))).toEqual([
      "rancher:recipes:HighAvailability rancher",
    ]);
    expect(Object.keys(result)).toEqual([
      "url",
      "mode",
      "rancherVersion",
      "kubernetesVersion",
      "loadBalancer",
      "kubeconfig",
      "bootstrapPassword",
      "nextSteps",
    ]);
    expect({ url: result.url, mode: result.mode, kubernetesVersion: result.kubernetesVersion }).toEqual({
      url: "https://rancher.example.com",
      mode: "high-availability",
      kubernetesVersion: "v1.35.2",
    });
    expect(await valueOf(result.rancherVersion)).toBe("2.15.2");
    expect(await valueOf(result.loadBalancer)).toEqual(["192.0.2.10"]);
    expect(await valueOf(result.kubeconfig)).toBe(api.kubeconfig);
    expect(await valueOf(result.nextSteps)).toEqual([
      "Point rancher.example.com to 192.0.2.10 in DNS.",
      "Sign in at https://rancher.example.com as admin; the first password: pulumi stack output bootstrapPassword --show-secrets",
    ]);
    expect(warnings).toEqual([]);
  });

  it("keeps its secrets secret, in outputs and elsewhere", async () => {
    const { result, registrations } = await runOn({ ingressClasses: [traefik] });

    expect(await pulumi.isSecret(result.kubeconfig)).toBe(true);
    expect(await pulumi.isSecret(result.bootstrapPassword)).toBe(true);
    expect(await pulumi.isSecret(result.nextSteps)).toBe(false);
    expect(clearTexts(registrations).join("\n")).not.toContain("canary");
  });

  it("names no address in the next steps with an external load balancer", async () => {
    const { result } = await runOn({ ingressClasses: [traefik] }, { loadBalancer: { kind: "external" } });

    expect(await valueOf(result.nextSteps)).toContain("Point rancher.example.com to your load balancer in DNS.");
  });

  it("warns about other workloads, and continues", async () => {
    const deployments = [{ metadata: { name: "web", namespace: "shop" } }];

    const { registrations } = await runOn({ ingressClasses: [traefik], deployments });

    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("rancher:kubeconfig leads to a cluster that also runs other workloads, in shop.");
    expect(only(registrations, "kubernetes:helm.sh/v3:Release", "rancher-release").inputs).toHaveProperty("values");
  });
});

describe("chart values", () => {
  const answers = { "/index.yaml": indexOf({}), "/rancher-2.15.2.tgz": rancherChart };
  const chartRepositoryCredentials = "chart-user:canary-chart-password";

  it("are passed to the chart if it has them", async () => {
    await using server = await serve(answers);
    const chartValues = { features: "a=true" };

    const overrides = { chartRepository: server.url, chartValues };
    const { registrations } = await runOn({ ingressClasses: [traefik] }, overrides, { chartRepositoryCredentials });

    const { inputs } = only(registrations, "kubernetes:helm.sh/v3:Release", "rancher-release");
    expect(inputs["values"]).toMatchObject(chartValues);
    const basic = `Basic ${Buffer.from(chartRepositoryCredentials).toString("base64")}`;
    expect(server.requests).toEqual([`/index.yaml ${basic}`, `/rancher-2.15.2.tgz ${basic}`]);
    expect(warnings).toEqual([]);
  });

  it("stop the program if the chart does not have them, together with the cluster's problems", async () => {
    await using server = await serve(answers);

    const error = await refusal(runOn({}, { chartRepository: server.url, chartValues: { audtLog: { level: 1 } } }));

    const [cluster, chart] = error.message.split("\n");
    expect(cluster).toContain("rancher:kubeconfig leads to a cluster without an IngressClass");
    expect(chart).toBe(
      "rancher:chartValues.audtLog is not a value of the chart rancher 2.15.2, and has no effect. Did you mean auditLog?",
    );
  });

  it("cause a warning if the chart cannot be fetched, and the program continues", async () => {
    await using server = await serve({});
    const overrides = { chartRepository: server.url, chartValues: { audtLog: { level: 1 } } };

    const { registrations } = await runOn({ ingressClasses: [traefik] }, overrides, { chartRepositoryCredentials });

    expect(warnings).toEqual([expect.stringMatching(/^rancher:chartValues were not compared .* answered HTTP 404\./)]);
    expect(listed(registrations).join()).toContain("rancher-release");
  });
});

describe("the program stops before the first resource", () => {
  it("for a stack file with problems, without surveying the cluster", async () => {
    await using api = await playApi({ ingressClasses: [traefik] });

    const error = await refusal(run(api.kubeconfig, { hostname: "" }));

    expect(error.message).toMatch(/^rancher:hostname /);
    expect(api.requests).toEqual([]);
  });

  it("for a cluster that does not respond, and names it", async () => {
    const error = await refusal(run(kubeconfigFor("https://127.0.0.1:1")));

    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect(error.message).toBe(
      "rancher:kubeconfig leads to https://127.0.0.1:1, which does not answer: ECONNREFUSED. Check the address " +
        "and the route to it.",
    );
  });

  it("for an unsuitable cluster, with all problems of the second gate", async () => {
    const error = await refusal(runOn({ releases: [helmRevision(3, "deployed", "2.12.1")] }));

    expect(pulumi.RunError.isInstance(error)).toBe(true);
    const [ingress, minor, foreign] = error.message.split("\n");
    expect(ingress).toContain("rancher:kubeconfig leads to a cluster without an IngressClass");
    expect(minor).toContain("rancher:version is 2.15.2, but 2.12.1 is installed");
    expect(foreign).toContain("rancher:kubeconfig leads to a cluster where Rancher 2.12.1 is already installed");
  });
});

/** Runs the program for a single node. The last run left a version of Rancher, or none. */
function runSingleNode(installed: string | undefined, overrides: Record<string, unknown> = {}) {
  vi.resetModules();
  const values = { mode: "single-node", hostname: "rancher.localhost", version: "2.15.2", ...overrides };
  const texts = Object.entries(values).map(([key, value]) => [
    `rancher:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return synthesise<SingleNodeOutputs>(async () => (await import("../index.ts")).default as SingleNodeOutputs, {
    stack: "dev",
    preview: true,
    config: {
      ...(Object.fromEntries(texts) as Record<string, string>),
      "rancher:bootstrapPassword": bootstrapPassword,
    },
    secretKeys: ["rancher:bootstrapPassword"],
    state: ({ type }) =>
      type === "pulumi:pulumi:StackReference"
        ? { outputs: installed === undefined ? {} : { rancherVersion: installed }, secretOutputNames: [] }
        : {},
    call: ({ token }) =>
      token === "docker:index/getRegistryImage:getRegistryImage"
        ? { sha256Digest: `sha256:${"0".repeat(64)}` }
        : undefined,
  });
}

describe("the program on a single node", () => {
  it("builds its recipe, and exports what users and the next run need", async () => {
    const { result, registrations } = await runSingleNode(undefined);

    expect(listed(registrations).filter((line) => line.includes("rancher:recipes:"))).toEqual([
      "rancher:recipes:SingleNode rancher",
    ]);
    expect(Object.keys(result)).toEqual([
      "url",
      "mode",
      "rancherVersion",
      "image",
      "loadBalancer",
      "bootstrapPassword",
      "caCertificate",
      "nextSteps",
    ]);
    expect({ url: result.url, mode: result.mode }).toEqual({ url: "https://rancher.localhost", mode: "single-node" });
    expect(await pulumi.isSecret(result.bootstrapPassword)).toBe(true);
    expect(await pulumi.isSecret(result.nextSteps)).toBe(false);
    expect(clearTexts(registrations).join("\n")).not.toContain("canary");
  });

  it("looks up the last run's version by the stack's own name", async () => {
    const { registrations } = await runSingleNode("2.14.1");

    expect(listed(registrations).filter((line) => line.includes("rancher:recipes:"))).toHaveLength(1);
  });

  it.each([
    [
      "2.13.2",
      "rancher:version is 2.15.2, but 2.13.2 is installed, and Rancher is upgraded one minor at a time. Go to 2.14.3 first.",
    ],
    [
      "2.15.3",
      "rancher:version is 2.15.2, but 2.15.3 is installed, and Rancher cannot be downgraded. Set it to 2.15.3 or newer; " +
        "the way back is restoring an archive taken on 2.15.2, with npm run restore.",
    ],
  ])("stops before the first resource if %s is installed", async (installed, message) => {
    const error = await refusal(runSingleNode(installed));

    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect(error.message).toBe(message);
  });

  it("allows a downgrade to the version of an archive that it starts from", async () => {
    const docker = { restore: "rancher-2.15.2-20261101T030000Z.tar.gz" };

    const { registrations } = await runSingleNode("2.15.3", { docker });

    expect(listed(registrations).filter((line) => line.includes("rancher:recipes:"))).toHaveLength(1);
  });
});
