import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { parse } from "yaml";

/** How to reach a cluster and who to be there. Holds secrets. */
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

interface Named {
  readonly name?: unknown;
}
interface Cluster {
  readonly server?: string;
  readonly "certificate-authority-data"?: string;
  readonly "certificate-authority"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "tls-server-name"?: string;
  readonly "proxy-url"?: string;
}
interface User {
  readonly "client-certificate-data"?: string;
  readonly "client-certificate"?: string;
  readonly "client-key-data"?: string;
  readonly "client-key"?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly exec?: ExecCredentialPlugin;
}
interface ExecCredentialPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}
interface PluginCredentials {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
}
interface Kubeconfig {
  readonly "current-context"?: string;
  readonly contexts?: readonly (Named & { readonly context?: { readonly cluster?: string; readonly user?: string } })[];
  readonly clusters?: readonly (Named & { readonly cluster?: Cluster })[];
  readonly users?: readonly (Named & { readonly user?: User })[];
}

/** Milliseconds a credential plugin may take. */
const pluginTime = 30_000;

/**
 * Reads the current context of a kubeconfig, as text
 * (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/), and gets the credentials it stands for.
 *
 * @throws what is wrong with it, without a word of its content but names.
 */
export async function readKubeconfig(text: string): Promise<ClusterAccess> {
  const config = parseKubeconfig(text);
  const context = named(config.contexts, config["current-context"])?.context;
  const cluster = named(config.clusters, context?.cluster)?.cluster;
  if (cluster?.server === undefined) throw new Error("names no cluster in its current-context.");
  const user = named(config.users, context?.user)?.user ?? {};
  return { ...clusterAccess(cluster, cluster.server), ...(await credentials(user)) };
}

function parseKubeconfig(text: string): Kubeconfig {
  try {
    const parsed: unknown = parse(text);
    if (typeof parsed === "object" && parsed !== null && "clusters" in parsed) return parsed as Kubeconfig;
  } catch {
    // told below, as the parser's words quote the text
  }
  throw new Error("is not a kubeconfig: it is not YAML with clusters, users and contexts.");
}

function named<T extends Named>(entries: readonly T[] | undefined, name: string | undefined): T | undefined {
  return name === undefined || !Array.isArray(entries) ? undefined : entries.find((entry) => entry.name === name);
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
async function askPlugin({
  apiVersion,
  command,
  args = [],
  env = [],
}: ExecCredentialPlugin): Promise<PluginCredentials> {
  const info = JSON.stringify({ apiVersion, kind: "ExecCredential", spec: { interactive: false } });
  const variables = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  try {
    const { stdout } = await promisify(execFile)(command, [...args], {
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
    throw new Error(
      `asks ${command} for credentials, which does not give any (${String(code ?? "no valid answer")}).`,
      {
        cause: undefined,
      },
    );
  }
}

function content(base64: string | undefined, path: string | undefined): string | undefined {
  if (base64 !== undefined) return Buffer.from(base64, "base64").toString();
  return path === undefined ? undefined : read(path);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new Error(`names the file ${path}, which cannot be read here. Put its content into the kubeconfig.`);
  }
}
