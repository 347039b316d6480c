import type { ShellValues } from "../../host/shell/link.ts";
import { withCredentials } from "../../program/proxy-credentials.ts";

/** Proxy that the engine uses for its own pulls. */
export interface EngineProxy {
  readonly http?: string;
  readonly https?: string;
  readonly noProxy: readonly string[];
  /** Whether the script receives a user and password, as the secret `engineProxySecret`. @default false */
  readonly signsIn?: boolean;
}

/** Name of the secret that holds `engineProxyFile`. */
export const engineProxySecret = "engine_proxy";

/** Content of the environment file that systemd reads, with user and password. */
export function engineProxyFile(proxy: EngineProxy, credentials: string): string {
  return variables({
    ...proxy,
    ...(proxy.http !== undefined && { http: withCredentials(proxy.http, credentials) }),
    ...(proxy.https !== undefined && { https: withCredentials(proxy.https, credentials) }),
  })
    .map((line) => `${line}\n`)
    .join("");
}

/** Values that `engine-proxy.sh` reads. */
export function engineProxyValues(proxy: EngineProxy | undefined): ShellValues {
  if (proxy?.signsIn === true) return { engine_proxy: undefined, engine_proxy_secret: engineProxySecret };
  return { engine_proxy: proxy && unitSettings(proxy), engine_proxy_secret: undefined };
}

/** Settings of the engine's unit. `%` is escaped, because systemd's specifiers begin with it. */
function unitSettings(proxy: EngineProxy): string {
  return variables(proxy)
    .map((line) => `Environment="${line.replaceAll("%", "%%")}"`)
    .join("\n");
}

function variables({ http, https, noProxy }: EngineProxy): string[] {
  const all: readonly (readonly [string, string | undefined])[] = [
    ["HTTP_PROXY", http],
    ["HTTPS_PROXY", https],
    ["NO_PROXY", noProxy.length === 0 ? undefined : noProxy.join(",")],
  ];
  return all.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
}
