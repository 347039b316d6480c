import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Engine } from "../../operations/engine/engine.ts";
import { endOrphans } from "../../operations/recovery/orphans.ts";
import { readStackYaml } from "../../operations/stack/stack-yaml.ts";
import type { StackFile } from "../../operations/stack/work-folder.ts";
import type { Tool } from "../../tools/toolbox/tool.mjs";
import { tools } from "../../tools/toolbox.mjs";
import { startBalancerContainers, type BalancerContainers } from "./balancer-containers.ts";
import { chooseCharts } from "../charts/choose-charts.ts";
import { clearSandboxes } from "../clear-sandboxes.ts";
import { makeOrClose } from "../closing.ts";
import type { ChartName } from "../charts/kubernetes-bounds.ts";
import { madeUpPassword, prepareRehearsalEngine } from "../engine-run.ts";
import { findRancherBinary } from "../genuine-rancher/binary.ts";
import { startGenuineRancher, type GenuineRancher } from "../genuine-rancher/genuine-rancher.ts";
import { createCertificateAuthority, type CertificateAuthority } from "../kubernetes/certificate-authority.ts";
import { startKubernetes, type Kubernetes } from "../kubernetes/kubernetes.ts";
import { certificatesFor, putFiles } from "../host-certificates.ts";
import { overlay, wantedMachines, type OverlaidStack, type WantedMachines } from "./overlay.ts";
import { runUntil, type Phases } from "../phases.ts";
import { startFakeCluster } from "../fakes/fake-cluster.ts";
import { installProviders } from "../providers/install.ts";
import type { Participant } from "../summary.ts";
import type { Host } from "../sandbox/host.ts";
import type { Node } from "../sandbox/node.ts";
import { lastAddress } from "../sandbox/subnet.ts";
import { createSandbox, type Sandbox } from "../sandbox/sandbox.ts";

export interface RehearsalOptions {
  readonly stackFile: StackFile;
  /** The rehearsal creates its folder in it. */
  readonly folder: string;
  readonly phases: Phases;
  readonly signal?: AbortSignal;
  /** A Rancher server binary to run behind nginx in place of the fake one. */
  readonly rancherBinary?: string;
  /** Further versions of the fake charts, for rehearsing an upgrade. */
  readonly alsoServe?: Readonly<Partial<Record<ChartName, readonly string[]>>>;
}

/** A sandbox made for one stack, and a Pulumi engine that only works on it. */
export interface Rehearsal {
  readonly folder: string;
  readonly stack: string;
  readonly hostname: string;
  readonly sandbox: Sandbox;
  readonly hosts: readonly Host[];
  readonly nodes: readonly Node[];
  readonly kubernetes: Kubernetes;
  readonly engine: Engine;
  readonly authority: CertificateAuthority;
  readonly wanted: WantedMachines;
  readonly overlaid: OverlaidStack;
  readonly participants: readonly Participant[];
  /** Set if the balancer runs in containers. */
  readonly containers?: BalancerContainers;
  /** Not set if Rancher is a fake. */
  readonly genuineRancher?: GenuineRancher;
  /** Ends everything and removes the folder. Idempotent. */
  close(): Promise<void>;
}

const toolNames = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubectl",
  "kwok",
  "helm",
  "pulumi-language-nodejs",
  "pulumi",
] as const;

/**
 * Creates the sandbox for a stack file, and an engine with the overlaid stack file. It applies nothing.
 *
 * @throws the error of a failed step, after closing everything made so far.
 */
export async function startRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const { stackFile, phases, signal } = options;
  const step = runUntil(signal, phases);
  return makeOrClose(async (closers, close) => {
    const source = readStackYaml(stackFile.path, new Date());
    const wanted = wantedMachines(source.values);
    const hostname = String(source.values["hostname"] ?? "rancher.localhost");

    const binary = options.rancherBinary === undefined ? undefined : await findRancherBinary(options.rancherBinary);

    const toolbox = await step("tools", (log) => tools(toolNames, { progress: log, ...(signal && { signal }) }));

    const { sandbox, nodes, hosts } = await step("hosts", async (log) => {
      await clearSandboxes({ progress: log });
      const sandbox = await createSandbox({ folder: options.folder, progress: log });
      closers.push(() => sandbox.close());
      const nodes: Node[] = [];
      for (const name of wanted.nodes) nodes.push(await sandbox.addNode({ name }));
      const hosts: Host[] = [];
      for (const host of wanted.hosts) hosts.push(await sandbox.addHost(host));
      for (const { name, address } of [...hosts, ...nodes]) log(`${name} ${address}`);
      return { sandbox, nodes, hosts };
    });
    const { folder } = sandbox;
    const authority = await createCertificateAuthority("Rehearsal CA");
    const containers = wanted.containers
      ? await step("Docker engines", (progress) =>
          startBalancerContainers({ sandbox, hosts, authority, closers, progress }),
        )
      : undefined;

    const kubernetes = await step("Kubernetes", async (log) => {
      const cluster = await startKubernetes({
        folder: join(folder, "kubernetes"),
        nodes,
        ingressController: wanted.ingressController,
        progress: log,
        ...(signal && { signal }),
      });
      closers.push(() => cluster.stop());
      return cluster;
    });

    const charts = await step("charts", async (log) => {
      const chosen = await chooseCharts({
        values: source.values,
        folder: join(folder, "charts"),
        progress: log,
        ...(options.alsoServe && { alsoServe: options.alsoServe }),
      });
      closers.push(() => chosen.close());
      return chosen;
    });

    const genuineRancher =
      binary &&
      (await step("genuine Rancher", async (log) => {
        const rancher = await startGenuineRancher({
          binary,
          kubernetes,
          folder: join(folder, "rancher"),
          toolFolders: [dirname(toolbox.helm.path), dirname(toolbox.kubectl.path)],
          progress: log,
        });
        closers.push(() => rancher.close());
        log(`${binary.path} ${binary.version ?? "(version unknown)"} starts once the release is installed`);
        return rancher;
      }));

    const fake = await step(`ingress controller${binary ? "" : " and Rancher"}, simulated`, async (log) => {
      const cluster = await startFakeCluster({
        kubernetes,
        nodes,
        authority,
        ingressController: wanted.ingressController,
        ports: wanted.ingressPorts,
        folder: join(folder, "fake"),
        progress: log,
        ...(genuineRancher && { genuineRancher }),
      });
      closers.push(() => cluster.close());
      return cluster;
    });

    return await step("engine and providers", async (log) => {
      const pulumiHome = join(folder, "pulumi-home");
      const providers = await installProviders({ pulumiHome, userPulumiHome: userPulumiHome(), progress: log });
      const overlaid = overlay(source.values, source.sealed ?? [], {
        hosts: byName(hosts),
        nodes: byName(nodes),
        kubeconfig: kubernetes.kubeconfig,
        sshPrivateKey: sandbox.privateKey,
        bootstrapPassword: madeUpPassword(),
        ...(await certificatesFor(hostname, wanted.sites, authority)),
        freeAddress: lastAddress(sandbox.subnet),
        ...(containers && { nginxImage: containers.image }),
        chartRepositories: charts.replaced,
      });
      for (const line of overlaid.replaced) log(`replaced: ${line}`);
      for (const host of hosts) await putFiles(host, overlaid.hostFiles);
      const engine = await prepareRehearsalEngine({
        folder,
        stack: stackFile.stack,
        overlaid,
        pulumiHome,
        ...(containers && { surroundings: containers.registry.trust }),
        progress: log,
      });
      closers.push(async () => endOrphans());
      return {
        folder,
        stack: stackFile.stack,
        hostname,
        sandbox,
        hosts,
        nodes,
        kubernetes,
        engine,
        authority,
        wanted,
        overlaid,
        participants: [
          ...providers.map((provider) => ({ ...provider, name: `provider ${provider.name}` })),
          ...(containers?.participants ?? []),
          ...charts.participants,
          ...fake.participants,
          ...Object.values(toolbox).map(participant),
        ],
        ...(containers && { containers }),
        ...(genuineRancher && { genuineRancher }),
        close,
      };
    });
  });
}

function byName<T extends { readonly name: string }>(all: readonly T[]): ReadonlyMap<string, T> {
  return new Map(all.map((each) => [each.name, each]));
}

/** The PULUMI_HOME of the user who runs the rehearsal. */
export function userPulumiHome(): string {
  return process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
}

/** A tool for the summary. */
export function participant({ name, version, from, origin, path }: Tool): Participant {
  const cached = { download: "downloaded earlier", build: "built here earlier" };
  const where = {
    path: `on your PATH: ${path}`,
    cache: origin === undefined ? "cached" : cached[origin],
    download: "downloaded",
    build: "built here",
  }[from];
  return { name, version, kind: "genuine", from: where };
}
