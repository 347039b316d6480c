import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { parse } from "yaml";
import { isMapping } from "../components/stack-file/mapping.ts";
import type { Mapping } from "../components/stack-file/mapping.ts";
import { nearest } from "../components/stack-file/nearest.ts";
import type { StackFileSource } from "../components/stack-file.ts";
import { UserError } from "./command-line.ts";
import type { Reachable } from "./unreachable-hosts.ts";
import { projectFolder } from "./work-folder.ts";
import type { StackFile } from "./work-folder.ts";

const namespace = "rancher:";

/**
 * The stack file that is meant: a stack's name, or the path of a stack file.
 *
 * @throws when there is none, with the stacks there are.
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
  const hint = meant === undefined ? `Stacks here: ${stacks.join(", ") || "none"}.` : `Did you mean ${meant}?`;
  throw new UserError(`there is no stack ${nameOrPath}: ${path} does not exist. ${hint}`);
}

function stackName(path: string): string {
  return /^Pulumi\.(.+)\.ya?ml$/.exec(basename(path))?.[1] ?? basename(path).replace(/\.ya?ml$/, "");
}

/**
 * Reads a stack file without an engine, giving what the engine would: secrets stay sealed, so what only their text
 * tells is not looked at.
 *
 * @param now the moment certificates are judged at.
 * @throws when the file is no YAML or no stack file, with the line.
 */
export function readStackYaml(path: string, now: Date): StackFileSource {
  const values: Record<string, unknown> = {};
  const sealed: string[] = [];
  for (const [key, value] of Object.entries(readConfig(path))) {
    const name = ownKey(key);
    if (name === undefined) continue;
    if (isSealed(value)) sealed.push(name);
    else values[name] = asEngineGives(value);
  }
  const readFile = (file: string) => readText(resolve(dirname(path), file));
  return { values, secrets: {}, sealed, readFile, now, home: homedir() };
}

/** Hosts a stack file names for SSH, as far as it can be read: for telling which of them does not answer. */
export function listSshHosts(path: string): readonly Reachable[] {
  const { values } = readStackYaml(path, new Date());
  const { loadBalancer, docker, ssh } = values;
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
  const text = readText(path);
  if (text === undefined) throw new UserError(`${path} cannot be read.`);
  let file: unknown;
  try {
    file = parse(text, { logLevel: "error" });
  } catch (error) {
    throw new UserError(`${path} is not valid YAML: ${(error as Error).message}`, { cause: error });
  }
  const config = isMapping(file) ? file.config : undefined;
  if (!isMapping(config)) throw new UserError(`${path} is no stack file: it has no mapping named config.`);
  return config;
}

/** The key without this program's namespace; the engine puts a key without any there. Other namespaces are none of ours. */
function ownKey(key: string): string | undefined {
  if (key.startsWith(namespace)) return key.slice(namespace.length);
  return key.includes(":") ? undefined : key;
}

function isSealed(value: unknown): boolean {
  return isMapping(value) && Object.keys(value).length === 1 && typeof value.secure === "string";
}

/** Scalars at the top level reach the program as text, `2.10` as `2.1` and nothing as empty text (tried, CLI 3.259.0). */
function asEngineGives(value: unknown): unknown {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? value : String(value);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
