import { homedir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { rancherCertificate, type PrivateKeyOf } from "../load-balancer/certificates/certificate-files.ts";
import type { HighAvailabilitySettings, Settings, SingleNodeSettings } from "../stack-file/settings.ts";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config.js";
import { getProxyForUrl } from "proxy-from-env";
import { filesBeside, readRegularFile } from "./read-file.ts";
import { readSettings } from "../stack-file/stack-file.ts";
import { refusal } from "./refusal.ts";
import { describeProblems } from "./problem.ts";
import { matchPrivateKeys } from "../tls/private-key-matches.ts";

/** The stack file of this run, checked. */
export type StackInput =
  | {
      readonly mode: "high-availability";
      readonly settings: HighAvailabilitySettings;
      readonly secrets: Secrets;
      readonly kubeconfig: pulumi.Output<string>;
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
  /** @throws for a certificate that does not come from the stack */
  readonly privateKeyOf: PrivateKeyOf;
  readonly bootstrapPassword?: pulumi.Output<string>;
  /** `USER:PASSWORD` of the HTTP proxy. */
  readonly proxyCredentials?: pulumi.Output<string>;
  /** `USER:PASSWORD` of the Helm repository that Rancher's chart comes from; high availability only. */
  readonly chartRepositoryCredentials?: pulumi.Output<string>;
  /** Content of registries.yaml for the K3s inside Rancher's container; single node only. */
  readonly k3sRegistries?: pulumi.Output<string>;
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
  const { kubeconfig, ...others } = secrets;
  if (kubeconfig === undefined) throw new Error("rancher:kubeconfig is not set, and the stack file was accepted");
  return {
    mode: settings.mode,
    settings,
    secrets: outputsOf(others, settings),
    kubeconfig: pulumi.secret(kubeconfig),
  };
}

function outputsOf(
  { tlsPrivateKey, sitePrivateKeys, ...secrets }: Readonly<Record<string, string>>,
  settings: Settings,
): Secrets {
  const entries = Object.entries(secrets).map(([key, value]) => [key, pulumi.secret(value)] as const);
  const keys = siteKeys(sitePrivateKeys, settings);
  if (tlsPrivateKey !== undefined) keys.set(rancherCertificate, tlsPrivateKey);
  const privateKeyOf = (certificate: string) => {
    const key = keys.get(certificate);
    if (key === undefined) throw new Error(`the certificate ${certificate} has no private key in this stack`);
    return pulumi.secret(key);
  };
  return { ...Object.fromEntries(entries), privateKeyOf };
}

/** Of every site whose certificate comes from the stack, by the site's name. */
function siteKeys(text: string | undefined, { loadBalancer }: Settings): Map<string, string> {
  if (text === undefined || loadBalancer.kind !== "nginx") return new Map();
  const certificates = loadBalancer.sites.flatMap(({ name, certificate }) =>
    certificate.from === "stack" ? [{ name, key: name, chain: certificate.chain }] : [],
  );
  return new Map(matchPrivateKeys(text, certificates).keys);
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
