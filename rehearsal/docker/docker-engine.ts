import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { mustRun, runCommand, type CommandResult } from "../sandbox/command.ts";
import { clearCgroups, makeCgroups, nameCgroups, removeCgroups } from "./cgroups.ts";
import { shellText } from "./shell-text.ts";

/** Where and how an engine runs. */
export interface EnginePlace {
  /** Prefix of a command in the engine's namespaces; evaluated at every start. */
  enter(): readonly string[];
  /** Folders and socket, as paths in these namespaces. */
  readonly dataRoot: string;
  readonly execRoot: string;
  readonly socket: string;
  /** Further arguments of dockerd. */
  readonly words: readonly string[];
}

/** A separate Docker engine of a rehearsal. It shares no image, container, network or file with this machine's engine. */
export interface DockerEngine {
  readonly socket: string;
  /** Runs a `docker` command against this engine, and returns its result whatever the exit code. */
  docker(...args: string[]): Promise<CommandResult>;
  /** Standard output of a `docker` command that must succeed, without the last newline. */
  mustDocker(...args: string[]): Promise<string>;
  /** Like `mustDocker`, with standard input. @throws when it fails */
  feedDocker(stdin: string | Buffer, ...args: string[]): Promise<string>;
  /** Starts the engine after it or its host was stopped. Containers start by their restart policies. */
  start(): Promise<void>;
  /** Stops the engine, which stops its containers. */
  stop(): Promise<void>;
  /** Kills the engine's process. Its containers keep running until it is started again. */
  kill(): Promise<void>;
  /** Ends the engine and removes its cgroups. Can be called after its host has ended. */
  close(): Promise<void>;
}

/** This machine lacks a permission or feature that an engine needs. */
export class DockerRefused extends Error {}

const refusals = /operation not permitted|permission denied|cgroups?: .*(not mounted|no such)|read-only file system/i;

const joinCgroups = shellText("join-cgroups.sh");
const startEngine = shellText("start-engine.sh");
const signalEngine = shellText("signal-engine.sh");

/** Starts an engine; resolves when it answers. @throws DockerRefused when this machine cannot run it */
export async function startDockerEngine(place: EnginePlace): Promise<DockerEngine> {
  clearCgroups();
  // The same at every start, because containers of a killed engine are still in their cgroups.
  const cgroups = nameCgroups();
  let running: ChildProcess | undefined;
  const client = () => [...place.enter(), "docker", "--host", `unix://${place.socket}`];
  const docker = (...args: string[]): Promise<CommandResult> => runCommand([...client(), ...args], { env });
  const ended = async (): Promise<void> => {
    if (running?.exitCode === null && running.signalCode === null) await once(running, "exit");
    running = undefined;
  };
  const removed = async (): Promise<void> => {
    for (let tries = 0; tries < 20 && !removeCgroups(cgroups); tries++) await sleep(50);
  };
  const signal = async (name: "TERM" | "KILL"): Promise<void> => {
    if (running === undefined) return;
    const command = ["sh", "-c", signalEngine, "signal-engine", name, place.execRoot];
    await runCommand([...place.enter(), ...command], { env });
    await ended();
  };
  const engine: DockerEngine = {
    socket: place.socket,
    docker,
    mustDocker: async (...args) => {
      const { code, stdout, stderr } = await docker(...args);
      if (code !== 0) throw new Error(`docker ${args.join(" ")} ended with exit code ${code}: ${stderr.trim()}`);
      return stdout.trimEnd();
    },
    feedDocker: async (stdin, ...args) => (await mustRun([...client(), ...args], { env, stdin })).trimEnd(),
    start: async () => {
      await ended();
      const outer = ["-c", joinCgroups, "docker-engine", ...makeCgroups(cgroups), "--", ...place.enter()];
      const inside = ["/bin/bash", "-c", startEngine, "start-engine", place.dataRoot, place.execRoot, place.socket];
      const child = spawn("/bin/bash", [...outer, ...inside, ...place.words], {
        env,
        stdio: ["ignore", "ignore", "pipe"],
        detached: true,
      });
      running = child;
      const output: string[] = [];
      child.stderr
        .setEncoding("utf8")
        .on("data", (text: string) => output.splice(0, output.length, ...[...output, text].slice(-40)));
      for (const until = Date.now() + 30_000; Date.now() < until && child.exitCode === null; await sleep(50)) {
        if ((await docker("version")).code === 0) return;
      }
      const last = output.join("").trim().split("\n").slice(-5).join("\n");
      await engine.close();
      const message = `the Docker engine did not start: ${last}`;
      throw refusals.test(last) ? new DockerRefused(message) : new Error(message);
    },
    stop: () => signal("TERM"),
    kill: () => signal("KILL"),
    close: async () => {
      if (running?.exitCode === null) await engine.stop().catch(() => undefined);
      await ended();
      await removed();
    },
  };
  await engine.start();
  return engine;
}

const env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LC_ALL: "C" };
