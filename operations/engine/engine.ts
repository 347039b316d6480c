import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { tools } from "../../tools/toolbox.mjs";
import { UserError } from "../user-error.ts";
import { createOnce } from "./create-once.ts";
import { ignoresNodeArgs } from "./language-host.ts";
import { sideBySide } from "./side-by-side.ts";
import { projectFolder } from "../stack/work-folder.ts";
import { shownPath } from "../stack/shown-path.ts";

/** The Pulumi CLI with its environment. */
export interface Engine {
  /** Where the state is: `file://...`, or the backend of the user's environment. */
  readonly backend: string;
  /**
   * Id of this run in the environment of every process of this engine, plugins included, by which they can be found.
   */
  readonly run: string;
  /** Runs the CLI with the terminal's input and output. Returns its exit code. */
  readonly interact: (args: readonly string[], options?: { signal?: AbortSignal }) => Promise<number>;
  /** Runs the CLI and returns its output. @throws an error with the CLI's error output if it fails. */
  readonly capture: (args: readonly string[], input?: string) => Promise<string>;
  /** Runs the CLI and passes every line it prints to `line`. */
  readonly stream: (args: readonly string[], line: (text: string) => void, signal?: AbortSignal) => Promise<number>;
}

export interface EngineOptions {
  /** Folder for the state and its passphrase, mode 0700. */
  readonly home: string;
  /** Where Pulumi.yaml and the stack file are, see `workFolder`. */
  readonly folder: string;
  /** Variables that override those of the environment. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Command that starts the CLI, such as `setpriv --pdeathsig KILL`. @default the CLI is started directly */
  readonly launcher?: readonly string[];
  /** Passes only the necessary variables of the user's environment. */
  readonly isolated?: boolean;
  readonly progress?: (line: string) => void;
}

/** Variable that marks every process of one engine. */
export const runVariable = "RANCHER_ENGINE_RUN";

/** Variables of the user's environment that an isolated engine gets. */
const necessities = ["PATH", "HOME", "USER", "LANG", "TERM", "NO_COLOR", "TZ", "XDG_CACHE_HOME"];

/** Finds the CLI and its language host, and creates the folder for its state if the user has no own backend. */
export async function prepareEngine(options: EngineOptions): Promise<Engine> {
  const found = await tools(["pulumi", "pulumi-language-nodejs"], {
    ...(options.progress && { progress: options.progress }),
  });
  const { pulumi: cli, "pulumi-language-nodejs": languageHost } = found;
  mkdirSync(options.home, { recursive: true, mode: 0o700 });
  const run = randomBytes(8).toString("hex");
  const folders = sideBySide([cli.path, languageHost.path], join(options.home, "bin"));
  const [executable] = folders.map((folder) => join(folder, basename(cli.path)));
  const environment = engineEnvironment(options, folders, run);
  if (ignoresNodeArgs(languageHost.version)) {
    // Absolute, because providers that run on Node start in other folders.
    const loader = `--import ${pathToFileURL(join(projectFolder, "tools", "defer-serializer.mjs")).href}`;
    environment["NODE_OPTIONS"] = [environment["NODE_OPTIONS"], loader].filter(Boolean).join(" ");
  }

  const [program = cli.path, ...launcherArguments] = [...(options.launcher ?? []), executable ?? cli.path];
  const start = (args: readonly string[], stdio: "inherit" | "pipe", signal?: AbortSignal) =>
    spawn(program, [...launcherArguments, ...args], {
      cwd: options.folder,
      env: environment,
      stdio: stdio === "inherit" ? "inherit" : ["pipe", "pipe", "pipe"],
      ...(signal && { signal, killSignal: "SIGINT" }),
    });
  const ended = (child: ReturnType<typeof start>) =>
    new Promise<number>((done, failed) => {
      child.once("error", (error) => (error.name === "AbortError" ? undefined : failed(error)));
      child.once("close", (code, signal) => done(code ?? (signal === null ? 1 : 130)));
    });

  return {
    backend: environment["PULUMI_BACKEND_URL"] ?? "",
    run,
    interact: async (args, { signal } = {}) => {
      // Ctrl-C also reaches the CLI, which then shuts down. This process must not end before it.
      const ignore = () => undefined;
      process.on("SIGINT", ignore);
      try {
        return await ended(start(args, "inherit", signal));
      } finally {
        process.off("SIGINT", ignore);
      }
    },
    capture: async (args, input) => {
      const child = start([...args, "--non-interactive"], "pipe");
      let printed = "";
      let errors = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => (printed += text));
      child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
      child.stdin?.on("error", () => undefined); // it may end without reading; its exit code is checked
      child.stdin?.end(input ?? "");
      const code = await ended(child);
      if (code === 0) return printed;
      const [, missing] = /no stack named '(.+?)' found/.exec(errors) ?? [];
      if (missing !== undefined)
        throw new UserError(
          `there is no stack ${missing} in the current backend. Set it up with npm run up first, or log in to the backend ` +
            "that has it (npm run pulumi -- whoami --verbose names the one in use).",
        );
      throw new Error(`pulumi ${args[0] ?? ""} ${args[1] ?? ""} failed: ${errors.trim()}`);
    },
    stream: async (args, line, signal) => {
      const child = start(args, "pipe", signal);
      child.stdin?.end();
      for (const input of [child.stdout, child.stderr]) if (input) createInterface({ input }).on("line", line);
      return ended(child);
    },
  };
}

function engineEnvironment(options: EngineOptions, folders: readonly string[], run: string): NodeJS.ProcessEnv {
  const inherited = options.isolated
    ? Object.fromEntries(necessities.map((name) => [name, process.env[name]]))
    : { ...process.env };
  const environment: NodeJS.ProcessEnv = {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SUPPRESS_NEO_LINK: "true",
    ...inherited,
    ...options.environment,
    [runVariable]: run,
    PATH: [...folders, options.environment?.["PATH"] ?? inherited["PATH"]].join(delimiter),
  };
  const own = ownBackend(environment, options.isolated ?? false);
  if (own !== undefined) {
    // The recovery reads this; for Pulumi it is the current login anyway.
    if (own !== "") environment["PULUMI_BACKEND_URL"] = own;
  } else {
    const backend = join(options.home, "backend");
    mkdirSync(backend, { recursive: true, mode: 0o700 });
    environment["PULUMI_BACKEND_URL"] = `file://${backend}`;
    const hasPassphrase = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"].some(
      (name) => name in environment,
    );
    // Only for the local backend: stacks in the user's own backend may have another passphrase, which Pulumi asks for.
    if (!hasPassphrase) environment["PULUMI_CONFIG_PASSPHRASE_FILE"] = passphraseFile(options.home);
  }
  return environment;
}

/**
 * The user's own backend, from the environment or the login. Empty if only a token is set, undefined if there is none.
 */
function ownBackend(environment: NodeJS.ProcessEnv, isolated: boolean): string | undefined {
  if (environment["PULUMI_BACKEND_URL"] !== undefined) return environment["PULUMI_BACKEND_URL"];
  if (isolated) return undefined;
  if (environment["PULUMI_ACCESS_TOKEN"] !== undefined) return "";
  const home = environment["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  try {
    const credentials = JSON.parse(readFileSync(join(home, "credentials.json"), "utf8")) as { current?: string };
    return credentials.current === "" ? undefined : credentials.current;
  } catch {
    return undefined; // never logged in
  }
}

/** Created once and never overwritten: without it the secrets of the stacks are lost. */
function passphraseFile(home: string): string {
  const path = join(home, "passphrase");
  createOnce(path, () => randomBytes(32).toString("base64url"));
  if (readFileSync(path, "utf8").trim() === "")
    throw new UserError(
      `${shownPath(path)} is empty, so no secret can be encrypted or decrypted. Restore the passphrase from your backup of ${shownPath(home)}. ` +
        "If no stack uses it yet, remove the file: the next command creates a new one.",
    );
  return path;
}
