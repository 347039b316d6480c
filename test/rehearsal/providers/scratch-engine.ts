import { mkdtemp, mkdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import {
  LocalWorkspace,
  type EngineEvent,
  type OutputMap,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import { pluginFolder, takeInstalled } from "../../../rehearsal/providers/genuine-plugin.ts";
import { installProviders, fakeProviders, sdkVersion } from "../../../rehearsal/providers/install.ts";
import { tool } from "../../../tools/toolbox.mjs";

/** The plugins an engine uses. */
export type Kind = "fake" | "genuine";

/** Result of a run: every event, the complete output, and the error if it failed. */
export interface Run {
  readonly events: readonly EngineEvent[];
  readonly text: string;
  readonly outputs: OutputMap;
  readonly error?: string;
  /** Diagnostics of providers and engine, of every severity. */
  messages(): string[];
  /** Operation by resource name. The last one if there are several. */
  operation(name: string): string | undefined;
}

/** A resource in the state file, secrets still encrypted. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
  readonly initErrors?: readonly string[];
}

const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** True for a value that the state holds encrypted. */
export function isEncrypted(value: unknown): boolean {
  return Object.values((value ?? {}) as object).includes(secretSignature);
}

/** Paths of the leaves that the state contains in plain text. */
export function plainLeaves(value: unknown, path = ""): string[] {
  if (isEncrypted(value)) return [];
  if (typeof value !== "object" || value === null) return value === undefined ? [] : [path];
  return Object.entries(value).flatMap(([key, entry]) => plainLeaves(entry, `${path}.${key}`));
}

/** The real Pulumi CLI with a private home, backend and passphrase, in a folder that `remove` deletes. */
export class ScratchEngine {
  readonly folder: string;
  readonly #pulumi: string;
  #stacks = 0;

  private constructor(folder: string, pulumi: string) {
    this.folder = folder;
    this.#pulumi = pulumi;
  }

  static async start(kind: Kind, userPulumiHome: string): Promise<ScratchEngine> {
    const folder = await mkdtemp(join(tmpdir(), "scratch-engine-"));
    const { path } = await tool("pulumi");
    const pulumiHome = join(folder, "home");
    if (kind === "fake") await installProviders({ pulumiHome, fakesOnly: true });
    else {
      await mkdir(join(pulumiHome, "plugins"), { recursive: true });
      for (const name of fakeProviders) await takeInstalled(userPulumiHome, name, sdkVersion(name), pulumiHome);
    }
    await mkdir(join(folder, "backend"));
    return new ScratchEngine(folder, path);
  }

  plugin(name: (typeof fakeProviders)[number]): string {
    return join(this.folder, "home", "plugins", pluginFolder(name, sdkVersion(name)), `pulumi-resource-${name}`);
  }

  /** A stack without any run yet. */
  async stack(): Promise<ScratchStack> {
    const name = `try${++this.#stacks}`;
    const envVars = {
      PATH: `${dirname(this.#pulumi)}${delimiter}${process.env["PATH"]}`,
      PULUMI_BACKEND_URL: `file://${join(this.folder, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "throw-away",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
      SSH_AUTH_SOCK: "",
    };
    process.env["PATH"] = envVars.PATH;
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: name, projectName: "conformance", program: async () => undefined },
      { pulumiHome: join(this.folder, "home"), envVars },
    );
    return new ScratchStack(stack, join(this.folder, "backend", ".pulumi", "stacks", "conformance", `${name}.json`));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A stack whose program is passed to each run. */
export class ScratchStack {
  readonly #stack: Stack;
  readonly #stateFile: string;

  constructor(stack: Stack, stateFile: string) {
    this.#stack = stack;
    this.#stateFile = stateFile;
  }

  up(program: PulumiFn): Promise<Run> {
    return this.#run((options) => this.#stack.up({ ...options, program }));
  }
  preview(program: PulumiFn): Promise<Run> {
    return this.#run((options) => this.#stack.preview({ ...options, program, diff: true }));
  }
  refresh(): Promise<Run> {
    return this.#run((options) => this.#stack.refresh(options));
  }
  destroy(): Promise<Run> {
    return this.#run((options) => this.#stack.destroy(options));
  }

  /** The state file as stored, and its resources. */
  async state(): Promise<{ text: string; resource(name: string): StateResource | undefined }> {
    const text = await readFile(this.#stateFile, "utf8");
    const parsed = JSON.parse(text) as { checkpoint: { latest?: { resources?: StateResource[] } } };
    const resources = parsed.checkpoint.latest?.resources ?? [];
    return { text, resource: (name) => resources.find(({ urn }) => urn.endsWith(`::${name}`)) };
  }

  async #run(
    start: (options: { onEvent: (event: EngineEvent) => void; onOutput: (text: string) => void }) => Promise<unknown>,
  ): Promise<Run> {
    const events: EngineEvent[] = [];
    let text = "";
    const run = {
      events,
      outputs: {},
      messages: () =>
        events.flatMap(({ diagnosticEvent }) => (diagnosticEvent ? [diagnosticEvent.message.trim()] : [])),
      operation: (name: string) =>
        events.findLast(({ resourcePreEvent }) => resourcePreEvent?.metadata.urn.endsWith(`::${name}`))
          ?.resourcePreEvent?.metadata.op,
    };
    try {
      const result = await start({ onEvent: (event) => events.push(event), onOutput: (more) => (text += more) });
      return { ...run, text, outputs: (result as { outputs?: OutputMap }).outputs ?? {} };
    } catch (error) {
      const diagnostics = events.flatMap(({ diagnosticEvent }) =>
        diagnosticEvent?.severity === "error" ? [diagnosticEvent.message] : [],
      );
      return { ...run, text, error: `${diagnostics.join("\n")}\n${text}\n${String(error)}` };
    }
  }
}
