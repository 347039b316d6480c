import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { printable } from "../../components/program/printable.ts";
import { filesBeside, leavesClone, readRegularFile } from "../../components/program/read-file.ts";
import { asWritten } from "../../components/stack-file/reading/as-written.ts";
import { isMapping } from "../../components/stack-file/reading/mapping.ts";
import type { Mapping } from "../../components/stack-file/reading/mapping.ts";
import { modeSchemaMeant } from "../../components/stack-file/mode-schemas.ts";
import { nearest } from "../../components/stack-file/reading/nearest.ts";
import type { StackFileSource } from "../../components/stack-file/stack-file.ts";
import { UserError } from "../user-error.ts";
import { shownPath } from "./shown-path.ts";
import type { SshEndpoint } from "../host-access/unreachable-hosts.ts";
import { projectFolder } from "./work-folder.ts";
import type { StackFile } from "./work-folder.ts";

const namespace = "rancher:";

/**
 * Finds a stack file by the stack's name or the file's path.
 *
 * @throws UserError with the existing stacks if there is none.
 */
export function findStackFile(nameOrPath: string, folder: string = projectFolder): StackFile {
  if (/[/\\]|\.ya?ml$/.test(nameOrPath)) {
    const path = resolve(nameOrPath);
    if (!existsSync(path))
      throw new UserError(`${nameOrPath} does not exist. Give a stack's name or the path of its file.`);
    return { stack: stackName(path), path };
  }
  const path = resolve(folder, `Pulumi.${nameOrPath}.yaml`);
  if (existsSync(path)) return { stack: nameOrPath, path };
  const stacks = readdirSync(folder).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
  const meant = nearest(nameOrPath, stacks);
  const hint =
    meant === undefined
      ? `Stacks here: ${printable(stacks.join(", ")) || "none"}.`
      : `Did you mean ${printable(meant)}?`;
  throw new UserError(`there is no stack ${nameOrPath}: ${shownPath(path)} does not exist. ${hint}`);
}

function stackName(path: string): string {
  return /^Pulumi\.(.+)\.ya?ml$/.exec(basename(path))?.[1] ?? basename(path).replace(/\.ya?ml$/, "");
}

/**
 * Reads a stack file without an engine, with the same values as from an engine. Secrets stay encrypted, so their
 * content is not checked.
 *
 * @param now time for the certificate checks.
 * @throws UserError if the file is not YAML or not a stack file.
 */
export function readStackYaml(path: string, now: Date): StackFileSource {
  // A map, because __proto__ is a special key in an object.
  const values = new Map<string, unknown>();
  const sealed: string[] = [];
  for (const [key, value] of Object.entries(readConfig(path))) {
    const name = ownKey(key);
    if (name === undefined) continue;
    if (isSealed(value)) sealed.push(name);
    else values.set(name, asEngineGives(value));
  }
  const readFile = filesBeside(dirname(path));
  return { values: Object.fromEntries(values), secrets: {}, sealed, readFile, now, home: homedir() };
}

/** SSH hosts of a stack file, as far as it can be read, to check which of them do not answer. */
export function listSshHosts(path: string): readonly SshEndpoint[] {
  const { values } = readStackYaml(path, new Date());
  const { loadBalancer, docker, ssh } = asWritten(values, modeSchemaMeant(values));
  const hosts: readonly unknown[] = [
    ...(isMapping(loadBalancer) && Array.isArray(loadBalancer.hosts) ? loadBalancer.hosts : []),
    ...(isMapping(docker) ? [docker.host] : []),
  ];
  const standard = isMapping(ssh) && typeof ssh.port === "number" ? ssh.port : 22;
  return hosts.flatMap((host) => {
    if (!isMapping(host) || typeof host.name !== "string" || typeof host.address !== "string") return [];
    return { name: host.name, address: host.address, port: typeof host.port === "number" ? host.port : standard };
  });
}

function readConfig(path: string): Mapping {
  const file = parseYaml(path, readStackText(path));
  const config = isMapping(file) ? file.config : undefined;
  if (!isMapping(config))
    throw new UserError(`${shownPath(path)} is not a stack file: it has no mapping named config.`);
  return config;
}

/** The key without this program's namespace, which is also the engine's default; undefined for other namespaces. */
function ownKey(key: string): string | undefined {
  if (key.startsWith(namespace)) return key.slice(namespace.length);
  return key.includes(":") ? undefined : key;
}

function isSealed(value: unknown): boolean {
  return isMapping(value) && Object.keys(value).length === 1 && typeof value.secure === "string";
}

/** Top-level scalars reach the program as text: `2.10` as `2.1`, and null as empty text (tested with CLI 3.259.0). */
function asEngineGives(value: unknown): unknown {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? value : String(value);
}

/**
 * The text of a stack file.
 *
 * @throws UserError if it is not a regular file, too large, or a link that leads out of the clone
 */
export function readStackText(path: string): string {
  if (leavesClone(path))
    throw new UserError(`${shownPath(path)} is a link that leads out of the clone. Give the path of its target.`);
  const text = readRegularFile(path);
  if (typeof text === "string") return text;
  throw new UserError(
    `${shownPath(path)} ${text?.fault ?? "cannot be read"}. Give a stack's name or the path of its file.`,
  );
}

function parseYaml(path: string, text: string): unknown {
  try {
    const document = parseDocument(text, { logLevel: "error" });
    const [fault] = [...document.errors, ...document.warnings];
    if (fault) throw fault;
    return document.toJS();
  } catch (error) {
    if (error instanceof RangeError)
      throw new UserError(`${shownPath(path)} is nested too deeply to be read.`, { cause: error });
    // The lines after the first one quote the file, which may contain a secret.
    const [reason = ""] = (error as Error).message.split("\n", 1);
    throw new UserError(`${shownPath(path)} is not valid YAML: ${printable(reason)}`, { cause: error });
  }
}
