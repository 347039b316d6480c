import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import {
  kubeconfigSchema,
  unsupportedUserKeys,
  type Cluster,
  type ExecPlugin,
  type Kubeconfig,
  type User,
} from "./kubeconfig-schema.ts";

/** How to reach a cluster and with which credentials. Contains secrets. */
export interface ClusterAccess {
  /** `https://192.0.2.10:6443` */
  readonly server: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
  /** Value of the header `Authorization`. */
  readonly authorization?: string;
  readonly proxy?: string;
}

interface PluginCredentials {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
}
/** Milliseconds a credential plugin may take. */
const pluginTime = 30_000;

/**
 * Reads the current context of a kubeconfig, given as text, and gets its credentials.
 *
 * @throws an error that describes what is wrong. Its message contains names and keys of the kubeconfig, never values
 * that may be secret.
 */
export async function readKubeconfig(text: string): Promise<ClusterAccess> {
  const config = parseKubeconfig(text);
  const context = named(config.contexts, config["current-context"])?.context;
  const cluster = named(config.clusters, context?.cluster)?.cluster;
  if (cluster?.server === undefined) throw new Error("names no cluster in its current-context.");
  checkServer(cluster.server);
  checkProxy(cluster["proxy-url"]);
  const user = named(config.users, context?.user)?.user ?? {};
  const unsupported = unsupportedUserKeys.find((key) => user[key] !== undefined);
  if (unsupported !== undefined)
    throw new Error(
      `has a user with the key ${unsupported}, which is not supported. Use a kubeconfig with a token, a client certificate or exec.`,
    );
  return { ...clusterAccess(cluster, cluster.server), ...(await credentials(user)) };
}

function parseKubeconfig(text: string): Kubeconfig {
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch {
    // Reported below, because the parser's own message quotes the text.
  }
  if (typeof parsed !== "object" || parsed === null || !("clusters" in parsed))
    throw new Error("is not a kubeconfig: it is not YAML with clusters, users and contexts.");
  const result = kubeconfigSchema.safeParse(parsed);
  if (result.success) return result.data;
  const keys = result.error.issues.map(({ path }) => path.map(String).join("."));
  throw new Error(`is not a valid kubeconfig: ${keys.slice(0, 3).join(", ")} is not what Kubernetes expects there.`);
}

/** A server's address is printed in messages and passed to the provider, so it must not contain credentials. */
function checkServer(server: string): void {
  if (!URL.canParse(server)) throw new Error("has a server that is not a URL. Write it with https:// and its port.");
  const { username, password } = new URL(server);
  if (username !== "" || password !== "")
    throw new Error("has a user name or password in the server's URL. Put them into the user's username and password.");
}

/** The URL may contain a password, which Node's error about an invalid URL would show. */
function checkProxy(proxy: string | undefined): void {
  if (proxy !== undefined && !(URL.canParse(proxy) && /^https?:\/\/./i.test(proxy)))
    throw new Error(
      "has a proxy-url that is not an http:// or https:// URL. Other proxies are not supported; correct it.",
    );
}

function named<T extends { readonly name: string }>(
  entries: readonly T[] | null | undefined,
  name: string | undefined,
): T | undefined {
  return entries?.find((entry) => entry.name === name);
}

function clusterAccess(cluster: Cluster, server: string): ClusterAccess {
  const ca = content(cluster["certificate-authority-data"], cluster["certificate-authority"]);
  return {
    server,
    rejectUnauthorized: cluster["insecure-skip-tls-verify"] !== true,
    ...(ca !== undefined && { ca }),
    ...(cluster["tls-server-name"] !== undefined && { servername: cluster["tls-server-name"] }),
    ...(cluster["proxy-url"] !== undefined && { proxy: cluster["proxy-url"] }),
  };
}

async function credentials(user: User): Promise<Partial<ClusterAccess>> {
  const fromPlugin: PluginCredentials = user.exec ? await askPlugin(user.exec) : {};
  const cert = content(user["client-certificate-data"], user["client-certificate"]) ?? fromPlugin.cert;
  const key = content(user["client-key-data"], user["client-key"]) ?? fromPlugin.key;
  const token = (user.tokenFile === undefined ? user.token : read(user.tokenFile).trim()) ?? fromPlugin.token;
  const basic = user.username === undefined ? undefined : `${user.username}:${user.password ?? ""}`;
  return {
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(basic !== undefined && { authorization: `Basic ${Buffer.from(basic).toString("base64")}` }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins */
async function askPlugin({ apiVersion, command, args, env }: ExecPlugin): Promise<PluginCredentials> {
  const info = JSON.stringify({ apiVersion, kind: "ExecCredential", spec: { interactive: false } });
  const variables = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  try {
    const { stdout } = await promisify(execFile)(command, args ?? [], {
      env: { ...process.env, ...variables, KUBERNETES_EXEC_INFO: info },
      timeout: pluginTime,
    });
    const { status } = JSON.parse(stdout) as {
      status?: { token?: string; clientCertificateData?: string; clientKeyData?: string };
    };
    const { token, clientCertificateData: cert, clientKeyData: key } = status ?? {};
    return {
      ...(token !== undefined && { token }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    };
  } catch (error) {
    const { code } = error as { code?: unknown };
    throw new Error(`uses ${command} for credentials, which returned none (${String(code ?? "no valid answer")}).`, {
      cause: undefined,
    });
  }
}

function content(base64: string | undefined, path: string | undefined): string | undefined {
  if (base64 !== undefined) return Buffer.from(base64, "base64").toString();
  return path === undefined ? undefined : read(path);
}

function read(path: string): string {
  if (!isAbsolute(path))
    throw new Error(
      `names the file ${path}, a path relative to the kubeconfig. Put the file's content into the kubeconfig.`,
    );
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new Error(
      `names the file ${path}, which cannot be read on this machine. Put its content into the kubeconfig.`,
    );
  }
}
