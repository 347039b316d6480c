import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { markedProcesses } from "../../../../operations/recovery/orphans.ts";
import { runCommand } from "../../../../rehearsal/sandbox/command.ts";
import type { RehearsedSingleNode } from "./rehearsed-single-node.ts";

export const phases = ["upgrade", "backup", "install"] as const;
export type Phase = (typeof phases)[number];

export const victims = ["engine", "Rancher", "script", "program", "nginx"] as const;
export type Victim = (typeof victims)[number];

/** The victim of a kill, the phase, and the moment. */
export interface Kill {
  readonly phase: Phase;
  readonly victim: Victim;
  /** Share of the phase's usual length. */
  readonly moment: number;
}

/** Numbers from 0 to 1 that are the same for the same seed: mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Five contain every victim, three every phase, and fifteen each victim in each phase once. */
export function planKills(count: number, random: () => number): Kill[] {
  return Array.from({ length: count }, (_, index) => ({
    phase: phases[index % phases.length]!,
    victim: victims[index % victims.length]!,
    moment: random(),
  }));
}

/** Seconds after which the machine's systemd starts an engine that died: `RestartSec` of docker.service. */
const restartSeconds = 2;

/** A process that runs now and can be killed. */
export interface Target {
  readonly name: string;
  kill(): Promise<unknown>;
}

export function find(stack: RehearsedSingleNode, victim: Victim, phase: Phase): Promise<Target | undefined> {
  switch (victim) {
    case "engine":
      return Promise.resolve(engineOf(stack));
    case "Rancher":
      return containerOf(stack, /^rancher(-trial|-data-helper)?$/);
    case "nginx":
      return containerOf(stack, /^rancher-nginx/);
    case "script":
      return scriptOf(stack);
    case "program":
      return Promise.resolve(programOf(stack, phase));
    default:
      return victim satisfies never;
  }
}

function engineOf({ docker }: RehearsedSingleNode): Target {
  return {
    name: "dockerd",
    kill: async () => {
      await docker.kill();
      await sleep(restartSeconds * 1000);
      await docker.start();
    },
  };
}

/** Its first process, as the kernel's OOM killer would: after `docker kill` the engine would not restart it. */
async function containerOf({ docker, host }: RehearsedSingleNode, named: RegExp): Promise<Target | undefined> {
  const names = (await docker.docker("ps", "--format", "{{.Names}}")).stdout.split("\n");
  for (const name of names.filter((each) => named.test(each))) {
    const pid = (await docker.docker("inspect", "--format", "{{.State.Pid}}", name)).stdout.trim();
    if (/^[1-9]\d*$/.test(pid)) return { name: `container ${name}`, kill: () => host.exec(["kill", "-9", pid]) };
  }
  return undefined;
}

/** The shell that runs a script's body. Its child processes live on. */
async function scriptOf({ host }: RehearsedSingleNode): Promise<Target | undefined> {
  const look = `limit=$(pgrep -o -f '^timeout -k') && shell=$(pgrep -o -P "$limit") && echo "$shell"
  tr '\\0' '\\n' <"/proc/$shell/cmdline" | sed -n "s/^state=.* name='*\\([a-z-]*\\).*/\\1/p"`;
  const [pid = "", name = "without a name"] = (await host.exec(["sh", "-c", look])).stdout.split("\n");
  return pid === "" ? undefined : { name: `script ${name}`, kill: () => host.exec(["kill", "-9", pid]) };
}

function programOf(stack: RehearsedSingleNode, phase: Phase): Target | undefined {
  const [name, pid] =
    phase === "backup" ? ["npm run backup", commandProcess(stack)] : ["pulumi", enginesProcess(stack)];
  // It may have ended by itself.
  const kill = () => runCommand(["kill", "-9", String(pid)]);
  return pid === undefined ? undefined : { name, kill };
}

function enginesProcess({ engine }: RehearsedSingleNode): number | undefined {
  return markedProcesses().find(({ run, executable }) => run === engine.run && executable === "pulumi")?.pid;
}

/** One of the project's commands, started for this rehearsal. */
function commandProcess({ folder }: RehearsedSingleNode): number | undefined {
  const found = readdirSync("/proc").find((name) => {
    try {
      const argv = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0") : [];
      const isBackup = argv.includes("bin/rancher.mjs") && argv.includes("backup");
      return isBackup && readFileSync(`/proc/${name}/environ`, "utf8").includes(folder);
    } catch {
      return false; // It has just ended.
    }
  });
  return found === undefined ? undefined : Number(found);
}
