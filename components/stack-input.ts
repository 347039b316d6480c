import { homedir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { HighAvailabilitySettings, Settings, SingleNodeSettings } from "./stack-file.ts";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config.js";
import { getProxyForUrl } from "proxy-from-env";
import { filesBeside, readRegularFile } from "./read-file.ts";
import { readSettings } from "./stack-file.ts";
import { refusal } from "./refusal.ts";
import { describeProblems } from "./problem.ts";
import { matchPrivateKeys } from "./tls/private-key-matches.ts";

/** The stack file of this run, checked. */
export type StackInput =
  | {
      readonly mode: "high-availability";
      readonly settings: HighAvailabilitySettings;
      readonly secrets: ClusterSecrets;
    }
  | {
      readonly mode: "single-node";
      readonly settings: SingleNodeSettings;
      readonly secrets: Secrets;
      /** Docker context on this machine, if one was chosen. */
      readonly dockerContext?: string;
    };

/** Secret keys of the stack file. They leave this module only as secret outputs. */
export interface Secrets {
  readonly sshPrivateKey?: pulumi.Output<string>;
  readonly sshPrivateKeyPassword?: pulumi.Output<string>;
  readonly tlsPrivateKey?: pulumi.Output<string>;
  /** Private keys by site name, for every site whose certificate comes from the stack. */
  readonly sitePrivateKeys: ReadonlyMap<string, pulumi.Output<string>>;
  readonly bootstrapPassword?: pulumi.Output<string>;
  /** `USER:PASSWORD` of the HTTP proxy. */
  readonly proxyCredentials?: pulumi.Output<string>;
  /** `USER:PASSWORD` of the Helm repository that Rancher's chart comes from; high availability only. */
  readonly chartRepositoryCredentials?: pulumi.Output<string>;
  /** Content of registries.yaml for the K3s inside Rancher's container; single node only. */
  readonly k3sRegistries?: pulumi.Output<string>;
}

/** On a cluster, its kubeconfig too. */
export interface ClusterSecrets extends Omit<Secrets, "k3sRegistries"> {
  readonly kubeconfig: pulumi.Output<string>;
}

const namespace = "rancher:";

/** Folder of the stack file. `npm run up` sets it for stack files outside the program's folder. */
const stackFolder = process.env["RANCHER_STACK_FOLDER"] ?? process.cwd();

/** Whether a key was set with `--secret`. The SDK has this function, but its published types do not. */
const { isConfigSecret } = runtimeConfig as unknown as { isConfigSecret(key: string): boolean };

/**
 * Reads the engine's configuration. No other code does.
 *
 * @throws an error with all problems of the stack file, before the first resource.
 */
export function readStackInput(): StackInput {
  const all = Object.entries(pulumi.runtime.allConfig())
    .filter(([key]) => key.startsWith(namespace))
    .map(([key, value]) => [key.slice(namespace.length), value] as const);
  const isSecret = ([key]: readonly [string, string]) => isConfigSecret(namespace + key);
  const secrets: Record<string, string> = Object.fromEntries(all.filter(isSecret));
  const read = readSettings({
    values: Object.fromEntries(all.filter((entry) => !isSecret(entry))),
    secrets,
    readFile: filesBeside(stackFolder),
    now: new Date(),
    home: homedir(),
  });
  for (const warning of read.warnings) void pulumi.log.warn(describeProblems([warning]));
  if ("problems" in read) throw refusal(describeProblems(read.problems));
  const { settings } = read;
  if (settings.mode === "single-node") {
    const context = dockerContext();
    return {
      mode: settings.mode,
      settings,
      secrets: outputsOf(secrets, settings),
      ...(context !== undefined && { dockerContext: context }),
    };
  }
  const kubeconfig = pulumi.secret(secrets["kubeconfig"] ?? "");
  return { mode: settings.mode, settings, secrets: { ...outputsOf(secrets, settings), kubeconfig } };
}

function outputsOf({ sitePrivateKeys, ...secrets }: Readonly<Record<string, string>>, settings: Settings): Secrets {
  const entries = Object.entries(secrets).map(([key, value]) => [key, pulumi.secret(value)] as const);
  return { ...Object.fromEntries(entries), sitePrivateKeys: siteKeys(sitePrivateKeys ?? "", settings) };
}

function siteKeys(text: string, { loadBalancer }: Settings): Secrets["sitePrivateKeys"] {
  const sites = loadBalancer.kind === "nginx" ? loadBalancer.sites : [];
  const certificates = sites.flatMap(({ name, certificate }) =>
    certificate.from === "stack" ? [{ name, key: name, chain: certificate.chain }] : [],
  );
  const { keys } = matchPrivateKeys(text, certificates);
  return new Map([...keys].map(([name, key]) => [name, pulumi.secret(key)]));
}

/** The proxy for a URL from the environment (`HTTPS_PROXY`, `NO_PROXY`), which Helm uses too, or an empty text. */
export function proxyFor(url: string): string {
  return getProxyForUrl(url);
}

/**
 * The context chosen on this machine with `docker context use`, as Docker Desktop does on a Mac. The `docker` command
 * uses it, but the provider reads only environment variables: without this, the two would use different engines.
 */
export function dockerContext(): string | undefined {
  const { DOCKER_HOST: host, DOCKER_CONTEXT: context, DOCKER_CONFIG: folder } = process.env;
  if (host !== undefined || context !== undefined) return undefined;
  const text = readRegularFile(join(folder ?? join(homedir(), ".docker"), "config.json"));
  if (typeof text !== "string") return undefined; // none was chosen
  try {
    const config: unknown = JSON.parse(text);
    const { currentContext } = config as { readonly currentContext?: unknown };
    return typeof currentContext === "string" && currentContext !== "default" ? currentContext : undefined;
  } catch {
    return undefined; // not a configuration of Docker's CLI
  }
}
