import { existsSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { mkdtemp, rm } from "node:fs/promises";
import { afterAll, beforeAll, describe } from "vitest";
import { startKubernetes, type Kubernetes } from "../../../rehearsal/kubernetes/kubernetes.ts";
import { pluginFolder } from "../../../rehearsal/providers/genuine-plugin.ts";
import { fakeProviders, sdkVersion, type FakeProvider } from "../../../rehearsal/providers/install.ts";
import { awaitConforms } from "./await-conformance.ts";
import { clusterConforms } from "./cluster-conformance.ts";
import { connectionConforms } from "./connection-conformance.ts";
import { unpackSshd } from "./ssh-server.ts";
import { commandConforms } from "./command-conformance.ts";
import { dockerConforms } from "./docker-conformance.ts";
import { kubernetesConforms } from "./kubernetes-conformance.ts";
import { LiveObjects } from "./live-objects.ts";
import { releaseConforms } from "./release-conformance.ts";
import { randomConforms } from "./random-conformance.ts";
import { ScratchEngine, type Kind } from "./scratch-engine.ts";

const userPulumiHome = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
const isRoot = process.getuid?.() === 0;
const genuine = new Set<FakeProvider>(
  fakeProviders.filter((name) => existsSync(join(userPulumiHome, "plugins", pluginFolder(name, sdkVersion(name))))),
);

const sshd = isRoot ? await unpackSshd() : undefined;
let folder: string | undefined;
let kubernetes: Kubernetes | undefined;
beforeAll(async () => {
  if (!isRoot) return;
  folder = await mkdtemp(join(tmpdir(), "conformance-"));
  const nodes = [{ name: "node-1", address: "127.0.0.1" }];
  kubernetes = await startKubernetes({ folder: join(folder, "kubernetes"), nodes, progress: () => undefined });
});
afterAll(async () => {
  await kubernetes?.stop();
  await sshd?.remove();
  if (folder) await rm(folder, { recursive: true, force: true });
});
const cluster = () => ({ kubeconfig: kubernetes!.kubeconfig, objects: new LiveObjects(kubernetes!.kubeconfig) });

/** The same assertions for both kinds: they describe the genuine plugins. */
describe.each<Kind>(["fake", "genuine"])("%s provider plugins", (kind) => {
  let engine: ScratchEngine | undefined;
  beforeAll(async () => {
    if (kind === "fake" || genuine.size > 0) engine = await ScratchEngine.start(kind, userPulumiHome);
  });
  afterAll(() => engine?.remove());
  const started = () => engine!;
  const missing = (name: FakeProvider) => kind === "genuine" && !genuine.has(name);

  describe.skipIf(missing("random"))("random", () => randomConforms(started));
  describe.skipIf(missing("docker"))("docker", () => dockerConforms(started));
  describe.skipIf(missing("command") || !sshd)("command", () => commandConforms(started, sshd?.root ?? ""));
  describe.skipIf(missing("command") || !sshd)("connection", () => connectionConforms(started, sshd?.root ?? ""));
  describe.skipIf(missing("kubernetes") || !isRoot)("kubernetes", () => kubernetesConforms(started, cluster));
  describe.skipIf(missing("kubernetes") || !isRoot)("cluster", () => clusterConforms(started, cluster));
  describe.skipIf(missing("kubernetes") || !isRoot)("waiting", () => awaitConforms(started, cluster));
  describe.skipIf(missing("kubernetes") || !isRoot)("helm.v3.Release", () => releaseConforms(started, cluster));
});
