import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { auditLogVolume, rancherVolume } from "../../components/docker/names.ts";
import type { CheckResult } from "../checks.ts";
import { checkSecondUp } from "../second-up.ts";
import { mapping, text } from "../stack-values.ts";
import { isTraceOfPackageManager } from "../traces.ts";
import type { SingleNodeRehearsal } from "./rehearsal.ts";

/** A second up must change nothing, and recreate, restart or reload no container. */
export async function checkStill(rehearsal: SingleNodeRehearsal, signal?: AbortSignal): Promise<CheckResult> {
  const containers = {
    name: "containers",
    look: () => containersOf(rehearsal),
    untouched: "no resource, and no container was recreated or restarted",
  };
  return checkSecondUp(rehearsal, containers, signal);
}

/** Names, ids, start times and processes of all containers, one container a line. */
export async function containersOf({ docker }: Pick<SingleNodeRehearsal, "docker">): Promise<string> {
  const ids = (await docker.mustDocker("ps", "--all", "--quiet")).split("\n").filter(Boolean).sort();
  if (ids.length === 0) return "";
  const format = "{{.Name}} {{.Id}} {{.State.StartedAt}} {{.RestartCount}} {{.State.Pid}}";
  return docker.mustDocker("inspect", "--format", format, ...ids);
}

/** After destroy, only Rancher's data and backups must be left. */
export async function checkDataLeft(rehearsal: SingleNodeRehearsal): Promise<CheckResult[]> {
  const { docker, host } = rehearsal;
  const list = async (...args: string[]) => (await docker.mustDocker(...args)).split("\n").filter(Boolean).sort();
  const containers = await list("ps", "--all", "--format", "{{.Names}}");
  const networks = await list("network", "ls", "--filter", "type=custom", "--format", "{{.Name}}");
  const volumes = await list("volume", "ls", "--format", "{{.Name}}");
  const others = volumes.filter((name) => name !== rancherVolume && name !== auditLogVolume);
  return [
    result("no container and no network is left", [...containers, ...networks], "none"),
    {
      name: "the data is kept",
      passed: volumes.includes(rancherVolume),
      seen: volumes.includes(rancherVolume) ? `the volume ${rancherVolume}` : `there is no volume ${rancherVolume}`,
    },
    result("no other volume is left", others, "none"),
    result(`${host.name} is as it was`, await filesLeft(rehearsal), "no file differs except backups"),
  ];
}

/** Changed files of the machine, or of the user's folder if the engine is local. */
async function filesLeft({ host, machine, wanted, overlaid }: SingleNodeRehearsal): Promise<string[]> {
  const { folder } = mapping(mapping(overlaid.values["docker"])["backup"]);
  const backups = text(folder ?? (wanted.ssh ? "/var/backups/rancher" : join(machine.home, "rancher-backups")));
  const isOurs = (path: string) => path !== backups && !path.startsWith(`${backups}/`);
  const changed = (await host.changes()).filter(({ path }) => !isTraceOfPackageManager(path) && isOurs(path));
  const entries = await readdir(machine.home, { recursive: true, withFileTypes: true });
  const inHome = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  return [...changed.map(({ kind, path }) => `${kind} ${path}`), ...inHome.filter(isOurs)];
}

function result(name: string, left: readonly string[], nothing: string): CheckResult {
  return { name, passed: left.length === 0, seen: left.length === 0 ? nothing : left.join(", ") };
}
