import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { BatchV1Api, CoreV1Api, KubeConfig, NetworkingV1Api } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { isReady } from "../../../rehearsal/kubernetes/nodes.ts";
import { type Kubernetes, startKubernetes } from "../../../rehearsal/kubernetes/kubernetes.ts";
import { isAlive } from "./is-alive.ts";

const isRoot = process.getuid?.() === 0;
const nodes = [1, 2, 3].map((n) => ({ name: `server-${n}`, address: `192.0.2.1${n}` }));
const newFolder = () => mkdtemp(path.join(tmpdir(), "kubernetes-"));

describe.skipIf(!isRoot)("a Kubernetes of three nodes", () => {
  let folder: string;
  let kubernetes: Kubernetes;
  let client: KubeConfig;

  beforeAll(async () => {
    folder = await newFolder();
    kubernetes = await startKubernetes({ folder, nodes, progress: () => {} });
    client = new KubeConfig();
    client.loadFromString(kubernetes.kubeconfig);
  });
  afterAll(async () => {
    await kubernetes?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("has every node Ready at its given address", async () => {
    const { items } = await client.makeApiClient(CoreV1Api).listNode();

    expect(items.filter(isReady)).toHaveLength(3);
    expect(items.map(({ metadata, status }) => [metadata!.name, status!.addresses![0]])).toEqual(
      nodes.map(({ name, address }) => [name, { type: "InternalIP", address }]),
    );
  });

  it("looks like K3s to a query for its ingress controller", async () => {
    const { items } = await client.makeApiClient(NetworkingV1Api).listIngressClass();

    expect(items.map(({ metadata, spec }) => [metadata!.name, spec!.controller])).toEqual([
      ["traefik", "traefik.io/ingress-controller"],
    ]);
  });

  it("completes Jobs", async () => {
    const jobs = client.makeApiClient(BatchV1Api);
    const template = { spec: { restartPolicy: "Never", containers: [{ name: "job", image: "fake" }] } };

    await jobs.createNamespacedJob({ namespace: "default", body: { metadata: { name: "job" }, spec: { template } } });

    await vi.waitFor(
      async () => {
        const { status } = await jobs.readNamespacedJob({ namespace: "default", name: "job" });
        expect(status?.succeeded).toBe(1);
      },
      { timeout: 15_000, interval: 200 },
    );
  });

  it("rejects clients without a certificate, and keeps its keys private", async () => {
    const anonymous = new KubeConfig();
    const cluster = client.getCurrentCluster()!;
    anonymous.loadFromClusterAndUser(cluster, { name: "nobody" });

    await expect(anonymous.makeApiClient(CoreV1Api).listNode()).rejects.toMatchObject({ code: 401 });
    expect((await stat(path.join(folder, "pki"))).mode & 0o777).toBe(0o700);
    for (const file of await readdir(path.join(folder, "pki"))) {
      expect((await stat(path.join(folder, "pki", file))).mode & 0o777, file).toBe(0o600);
    }
  });

  it("keeps its nodes Ready for two minutes", { timeout: 150_000 }, async () => {
    const core = client.makeApiClient(CoreV1Api);
    for (let looks = 0; looks < 60; looks++) {
      expect((await core.listNode()).items.filter(isReady)).toHaveLength(3);
      await sleep(2000);
    }
  });

  it("reports a component that ends, and may be stopped twice", async () => {
    const scheduler = kubernetes.processes.find(({ name }) => name === "kube-scheduler")!;
    process.kill(scheduler.pid, "SIGKILL");
    expect((await kubernetes.failed).message).toMatch(/^kube-scheduler was ended by SIGKILL. Its last lines/);

    await kubernetes.stop();
    await kubernetes.stop();

    expect(kubernetes.processes.filter(({ pid }) => isAlive(pid))).toEqual([]);
    expect((await readdir(folder)).filter((name) => !name.endsWith(".log"))).toEqual([]);
  });
});

describe.skipIf(!isRoot)("starting a Kubernetes", () => {
  it("fails with the component's own message when one exits early, and leaves no process", async () => {
    const folder = await newFolder();

    const start = startKubernetes({ folder, nodes: [{ name: "a", address: "nowhere" }], progress: () => {} });

    await expect(start).rejects.toThrow(
      /^kube-apiserver ended with exit code 1\. Its last lines[^]*failed to parse IP: "nowhere"/,
    );
    expect(await processesNaming(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it("gives up on request, and leaves no process", async () => {
    const folder = await newFolder();
    const signal = AbortSignal.timeout(1500);

    const start = startKubernetes({ folder, nodes, progress: () => {}, signal });

    await expect(start).rejects.toMatchObject({ name: expect.stringMatching(/TimeoutError|AbortError/) as string });
    expect(await processesNaming(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it("leaves no process behind when its owner is killed", async () => {
    const folder = await newFolder();
    const owner: ChildProcess = spawn(
      process.execPath,
      ["--import", "tsx", path.join(import.meta.dirname, "owner.ts"), folder],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const [line] = (await once(owner.stdout!, "data")) as [Buffer];
    expect(JSON.parse(line.toString())).toHaveLength(5);
    expect((await processesNaming(folder)).length).toBeGreaterThanOrEqual(5);

    owner.kill("SIGKILL");

    await vi.waitFor(async () => expect(await processesNaming(folder)).toEqual([]), { timeout: 5000, interval: 100 });
    await rm(folder, { recursive: true });
  });
});

/** Command lines of the processes whose command line contains `text`. */
async function processesNaming(text: string): Promise<string[]> {
  const { readFile } = await import("node:fs/promises");
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(text));
}
