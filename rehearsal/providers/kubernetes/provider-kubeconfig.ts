import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { parse, stringify } from "yaml";

/** Address and credentials for a cluster's API server. Certificates and keys are PEM. */
export interface ApiAccess {
  readonly server: string;
  readonly ca?: string;
  readonly insecure: boolean;
  readonly serverName?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly token?: string;
  readonly basic?: { readonly username: string; readonly password: string };
  /** The namespace of the context, or `default`. */
  readonly namespace: string;
}

/** The kubeconfig's context to use, as in the provider's arguments of the same names. */
export interface Choice {
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
}

interface Entry {
  readonly name: string;
  readonly cluster?: Record<string, string | boolean | undefined>;
  readonly user?: Record<string, string | object | undefined>;
  readonly context?: { readonly cluster?: string; readonly user?: string; readonly namespace?: string };
}
interface Kubeconfig {
  readonly "current-context"?: string;
  readonly clusters?: readonly Entry[];
  readonly users?: readonly Entry[];
  readonly contexts?: readonly Entry[];
}

/** A kubeconfig's text, and the folder for relative paths in it. */
export interface KubeconfigText {
  readonly text: string;
  readonly folder: string;
}

/** The kubeconfig from the provider's argument, which is content or a path; by default the ambient file. */
export function kubeconfigText(argument: string | undefined): KubeconfigText | undefined {
  if (argument === undefined || argument === "") {
    const named = process.env["KUBECONFIG"]?.split(delimiter).find((path) => path !== "" && existsSync(path));
    const ambient = named ?? join(homedir(), ".kube", "config");
    return existsSync(ambient) ? fileText(ambient) : undefined;
  }
  const isPath = !argument.includes("\n") && !argument.trimStart().startsWith("{") && existsSync(argument);
  return isPath ? fileText(argument) : { text: argument, folder: process.cwd() };
}

/** Reads access to the chosen cluster. @throws if the kubeconfig lacks it, or runs a program for it */
export function apiAccess({ text, folder }: KubeconfigText, choice: Choice = {}): ApiAccess {
  const config = read(text);
  const { context, cluster } = chosen(config, choice);
  const user = config.users?.find(({ name }) => name === context?.user)?.user ?? {};
  if (!cluster || typeof cluster["server"] !== "string") {
    throw new Error("invalid configuration: the kubeconfig's current context names no cluster with a server");
  }
  if (user["exec"] ?? user["auth-provider"]) {
    throw new Error(
      "kubeconfig users that run a program for a token are not supported by the fake provider; use a token or a certificate",
    );
  }
  const pem = (from: Record<string, unknown>, key: string): string | undefined => {
    const data = from[`${key}-data`];
    if (typeof data === "string" && data !== "") return Buffer.from(data, "base64").toString("utf8");
    const path = from[key];
    if (typeof path !== "string" || path === "") return undefined;
    return readFileSync(isAbsolute(path) ? path : join(folder, path), "utf8");
  };
  const tokenFile = user["tokenFile"];
  const token = typeof tokenFile === "string" ? readFileSync(tokenFile, "utf8").trim() : user["token"];
  return {
    server: cluster["server"].replace(/\/+$/, ""),
    insecure: cluster["insecure-skip-tls-verify"] === true,
    namespace: context?.namespace ?? "default",
    ...given("ca", pem(cluster, "certificate-authority")),
    ...given("serverName", cluster["tls-server-name"]),
    ...given("clientCertificate", pem(user, "client-certificate")),
    ...given("clientKey", pem(user, "client-key")),
    ...given("token", token),
    ...(typeof user["username"] === "string"
      ? { basic: { username: user["username"], password: String(user["password"] ?? "") } }
      : {}),
  };
}

/** The chosen cluster's settings, to distinguish a change of the cluster from a change of credentials. */
export function activeCluster(text: string, choice: Choice): string | undefined {
  const { cluster } = chosen(read(text), choice);
  return cluster && JSON.stringify(cluster);
}

/** The kubeconfig with the choice as its current context, for programs that only use that. */
export function settled({ text, folder }: KubeconfigText, choice: Choice): string {
  const config = parse(text) as Record<string, unknown> & Kubeconfig;
  const name = choice.context ?? config["current-context"];
  const contexts = config.contexts?.map((entry) =>
    entry.name === name && choice.cluster
      ? { ...entry, context: { ...entry.context, cluster: choice.cluster } }
      : entry,
  );
  const absolute = (entry: Record<string, unknown> | undefined) =>
    Object.fromEntries(
      Object.entries(entry ?? {}).map(([key, value]) => {
        const isFile = ["certificate-authority", "client-certificate", "client-key", "tokenFile"].includes(key);
        return [key, isFile && typeof value === "string" && !isAbsolute(value) ? join(folder, value) : value];
      }),
    );
  return stringify({
    ...config,
    "current-context": name,
    contexts,
    clusters: config.clusters?.map((entry) => ({ ...entry, cluster: absolute(entry.cluster) })),
    users: config.users?.map((entry) => ({ ...entry, user: absolute(entry.user) })),
  });
}

function read(text: string): Kubeconfig {
  const config: unknown = parse(text);
  if (typeof config !== "object" || config === null)
    throw new Error("failed to parse kubeconfig: it is not a YAML map");
  return config;
}

function chosen(config: Kubeconfig, choice: Choice) {
  const wanted = choice.context ?? config["current-context"];
  const context = config.contexts?.find(({ name }) => name === wanted)?.context;
  const clusterName = choice.cluster ?? context?.cluster;
  return { context, cluster: config.clusters?.find(({ name }) => name === clusterName)?.cluster };
}

function fileText(path: string): KubeconfigText {
  return { text: readFileSync(path, "utf8"), folder: dirname(path) };
}

function given<Key extends string>(key: Key, value: unknown): { [key in Key]?: string } {
  return (typeof value === "string" && value !== "" ? { [key]: value } : {}) as { [key in Key]?: string };
}
