import { randomBytes } from "node:crypto";
import { changedPaths } from "../protocol/difference.ts";
import type { Plugin, Request, ResourceType } from "../protocol/plugin.ts";
import { own, reveal, revealMap, unknown, type JsonObject, type Properties } from "../protocol/property-value.ts";
import { checkInputs, inputKeys, type Connection, type Logging } from "./command-inputs.ts";
import { runLocally } from "./local-run.ts";
import { previousOutput, refuseUnaccepted } from "./remote-environment.ts";
import { runRemotely, type RemoteCommand } from "./remote-run.ts";
import { Capture } from "./run-result.ts";
import { SshFolder } from "./ssh-folder.ts";

/** Runs one of a resource's commands with the inputs and the outputs of the previous run. */
type Run = (request: Request, command: string, inputs: JsonObject, before: JsonObject) => Promise<Properties>;

/** Replaces the command provider: `remote.Command` and `local.Command`, without copying or globbing files. */
export function commandPlugin(version: string): Plugin {
  const stop = new AbortController();
  let folder: SshFolder | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      stop.abort();
      folder?.remove();
      process.exit(0);
    });
  }

  const remotely: Run = async (request, command, inputs, before) => {
    folder ??= new SshFolder();
    const capture = new Capture(loggingOf(inputs), request.log);
    const asked: RemoteCommand = {
      connection: inputs["connection"] as unknown as Connection,
      command,
      ...stdinOf(inputs),
      environment: (inputs["environment"] ?? {}) as { [name: string]: string },
    };
    await refuseUnaccepted(asked, folder, request.log, stop.signal);
    const environment = {
      ...asked.environment,
      ...(await previousOutput(asked, inputs, before, folder, request.log, stop.signal)),
    };
    await runRemotely({ ...asked, environment }, capture, folder, request.log, stop.signal);
    return { stdout: capture.stdout, stderr: capture.stderr };
  };
  const locally: Run = async (request, command, inputs, before) => {
    const capture = new Capture(loggingOf(inputs), request.log);
    const environment = { ...((inputs["environment"] ?? {}) as { [name: string]: string }) };
    if (inputs["addPreviousOutputInEnv"] !== false) {
      if (before["stdout"]) environment["PULUMI_COMMAND_STDOUT"] = String(before["stdout"]);
      if (before["stderr"]) environment["PULUMI_COMMAND_STDERR"] = String(before["stderr"]);
    }
    const interpreter = (inputs["interpreter"] ?? []) as string[];
    const dir = typeof inputs["dir"] === "string" ? { dir: inputs["dir"] } : {};
    await runLocally({ command, interpreter, ...dir, ...stdinOf(inputs), environment }, capture, stop.signal);
    return { stdout: capture.stdout, stderr: capture.stderr };
  };

  const types = new Map<string, ResourceType>([
    ["command:remote:Command", command("remote", remotely)],
    ["command:local:Command", command("local", locally)],
  ]);
  return {
    version,
    resource: (type) => {
      const found = types.get(type);
      if (!found) throw new Error(`${type} is not supported by the fake command provider; install the genuine one`);
      return found;
    },
    cancel: () => stop.abort(),
  };
}

function command(kind: keyof typeof inputKeys, run: Run): ResourceType {
  const isInput = ([key]: [string, unknown]) => inputKeys[kind].includes(key);
  const inputsIn = (state: Properties): Properties => Object.fromEntries(Object.entries(state).filter(isInput));
  const notYetKnown: Properties = { stdout: unknown, stderr: unknown };
  const text = (inputs: JsonObject, which: string) => (typeof inputs[which] === "string" ? inputs[which] : undefined);

  return {
    check: (_request, _olds, news) => checkInputs(kind, news),
    diff: (_request, olds, oldInputs, news) => {
      const changes = changedPaths(Object.keys(oldInputs).length > 0 ? oldInputs : inputsIn(olds), news);
      const replaces = [...changes.keys()].filter((path) => /^triggers\b/.test(path));
      return { changes, replaces, deleteBeforeReplace: false };
    },
    create: async (request, inputs) => {
      const id = request.name + randomBytes(4).toString("hex");
      if (request.preview) return { id, outputs: { ...inputs, ...notYetKnown } };
      const plain = revealMap(inputs);
      const script = text(plain, "create");
      const printed: Properties =
        script === undefined ? { stdout: "", stderr: "" } : await run(request, script, plain, {});
      return { id, outputs: { ...inputs, ...printed } };
    },
    update: async (request, _id, olds, news) => {
      if (request.preview) return { ...news, ...notYetKnown };
      const plain = revealMap(news);
      const script = text(plain, "update") ?? text(plain, "create");
      const before: Properties = { stdout: own(olds, "stdout") ?? "", stderr: own(olds, "stderr") ?? "" };
      if (script === undefined) return { ...news, ...before };
      return { ...news, ...(await run(request, script, plain, revealMap(before))) };
    },
    delete: async (request, _id, outputs) => {
      const plain = revealMap(outputs);
      const script = text(plain, "delete");
      if (script !== undefined) await run(request, script, plain, plain);
    },
  };
}

function loggingOf(inputs: JsonObject): Logging | undefined {
  return (reveal(inputs["logging"]) ?? undefined) as Logging | undefined;
}

function stdinOf(inputs: JsonObject): { stdin?: string } {
  return typeof inputs["stdin"] === "string" ? { stdin: inputs["stdin"] } : {};
}
