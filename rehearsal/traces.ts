import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tool } from "../tools/toolbox.mjs";
import type { CheckResult } from "./checks.ts";
import type { DockerEngine } from "./docker/docker-engine.ts";
import type { Rehearsal } from "./high-availability/rehearsal.ts";
import { checkSecondUp } from "./second-up.ts";
import type { Host } from "./sandbox/host.ts";

/** Records the hosts' files before the first `up`. */
export async function markHosts(hosts: readonly Host[]): Promise<void> {
  for (const host of hosts) await host.mark();
}

/** A second up must change nothing, and restart or reload no balancer. */
export async function checkUnchanged(rehearsal: Rehearsal, signal?: AbortSignal): Promise<CheckResult> {
  const balancers = {
    name: "the balancers' processes",
    look: async () => JSON.stringify(await Promise.all(rehearsal.hosts.map(balancerProcesses))),
    untouched: "no resource, and no process of a balancer",
  };
  return checkSecondUp(rehearsal, balancers, signal);
}

/** After destroy, the hosts and their Docker engines must be as before, and the cluster must have no object of the stack. */
export async function checkNothingLeft({ hosts, containers, kubernetes, folder }: Rehearsal): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const host of hosts) {
    const changes = (await host.changes()).filter(({ path }) => !isTraceOfPackageManager(path));
    results.push({
      name: `${host.name} is as it was`,
      passed: changes.length === 0,
      seen: changes.length === 0 ? "no file differs" : changes.map(({ kind, path }) => `${kind} ${path}`).join(", "),
    });
  }
  for (const { host, engine } of containers?.engines ?? []) {
    const left = await leftInEngine(engine);
    results.push({
      name: `${host.name}'s Docker engine is as it was`,
      passed: left.length === 0,
      seen: left.length === 0 ? "no container, image, volume or network" : left.join(", "),
    });
  }
  const objects = await ownObjects(kubernetes.kubeconfig, folder);
  results.push({
    name: "the cluster is as it was",
    passed: objects.length === 0,
    seen: objects.length === 0 ? "no namespace and no release of the stack" : objects.join(", "),
  });
  return results;
}

/** Files that apt, dpkg, ucf and adduser change with every installation, and that no removal restores. */
export function isTraceOfPackageManager(path: string): boolean {
  return (
    /^\/var\/(cache\/(apt|debconf|ldconfig)|lib\/(apt|dpkg|ucf|systemd\/deb-systemd-helper.*)|log)(\/|$)/.test(path) ||
    /^\/etc\/(passwd|group|shadow|gshadow)-$/.test(path)
  );
}

/** Lists containers, images, volumes and networks. A new engine has none of them. */
async function leftInEngine(engine: DockerEngine): Promise<string[]> {
  const lists = {
    container: ["ps", "--all", "--format", "{{.Names}}"],
    image: ["images", "--all", "--digests", "--format", "{{.Repository}}:{{.Tag}}@{{.Digest}}"],
    volume: ["volume", "ls", "--format", "{{.Name}}"],
    network: ["network", "ls", "--filter", "type=custom", "--format", "{{.Name}}"],
  };
  const found = Object.entries(lists).map(async ([what, args]) =>
    (await engine.mustDocker(...args)).split("\n").flatMap((name) => (name === "" ? [] : `${what} ${name}`)),
  );
  return (await Promise.all(found)).flat();
}

async function balancerProcesses(host: Host): Promise<string> {
  const { stdout } = await host.exec(["pgrep", "-a", "nginx|haproxy"]);
  return stdout;
}

/**
 * Names of the objects that a stack creates and a destroy must delete. cert-manager's CRDs stay on purpose: deleting
 * them would delete every certificate of the cluster.
 */
async function ownObjects(kubeconfig: string, folder: string): Promise<string[]> {
  const namespaces = ["namespaces", "--selector", "app.kubernetes.io/managed-by=rancher-stack"];
  const configs = ["helmchartconfigs", "--all-namespaces", "--selector", "app.kubernetes.io/managed-by=rancher-stack"];
  const ofReleases = [
    "clusterroles,clusterrolebindings,priorityclasses,validatingwebhookconfigurations,mutatingwebhookconfigurations",
    "--selector",
    "app.kubernetes.io/managed-by=Helm",
  ];
  const releases = ["secrets", "--all-namespaces", "--selector", "owner=helm"];
  const found = await Promise.all(
    [namespaces, configs, ofReleases, releases].map((args) => list(args, kubeconfig, folder)),
  );
  return found.flat();
}

async function list(args: readonly string[], kubeconfig: string, folder: string): Promise<string[]> {
  const { path } = await tool("kubectl");
  const temporary = mkdtempSync(join(folder, "kubectl-"));
  try {
    const file = join(temporary, "kubeconfig");
    writeFileSync(file, kubeconfig, { mode: 0o600 });
    const command = ["get", ...args, "--output", "name", "--kubeconfig", file];
    return await new Promise((done, failed) => {
      const child = spawn(path, command, { stdio: ["ignore", "pipe", "pipe"] });
      let printed = "";
      let stderr = "";
      child.stdout.on("data", (data: Buffer) => (printed += data.toString()));
      child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
      child.once("error", failed);
      child.once("close", (code) => {
        if (code === 0) done(printed.split("\n").filter((line) => line !== ""));
        else failed(new Error(`kubectl: ${stderr.trim()}`));
      });
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
