import { withCredentials } from "../proxy-credentials.ts";

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

const dropIn = "/etc/systemd/system/docker.service.d/rancher-stack-proxy.conf";

/** Readable by root only. Unlike `Environment=`, its content does not appear in `systemctl show`, which any user may run. */
const environmentFile = "/etc/docker/rancher-stack-proxy.env";

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

/**
 * Sets `restart` if the engine must restart to read its proxy (https://docs.docker.com/engine/daemon/proxy/). The script
 * text states this, because it is what a preview shows.
 */
export function configureEngineProxy(proxy: EngineProxy | undefined): string {
  const restarts = "RESTARTS THE ENGINE; containers keep running, because live-restore is on.";
  if (proxy === undefined) {
    return `restart=
# No proxy. Removing a previous one ${restarts}
if [ -e ${dropIn} ]; then
  rm -f ${dropIn} ${environmentFile}
  systemctl daemon-reload
  ! systemctl -q is-active docker || restart=yes
fi`;
  }
  return `restart=
make_folder ${dropIn.slice(0, dropIn.lastIndexOf("/"))}
# The engine's proxy. Any change of it ${restarts}
${proxy.signsIn === true ? placeEnvironmentFile : removeEnvironmentFile}
place ${dropIn} 0644 <<'PROXY'
[Service]
${proxy.signsIn === true ? `EnvironmentFile=${environmentFile}` : inClear(proxy)}
PROXY
if [ "$placed" = changed ] || [ "$environment_placed" = changed ]; then
  systemctl daemon-reload
  ! systemctl -q is-active docker || restart=yes
fi`;
}

const placeEnvironmentFile = `make_folder ${environmentFile.slice(0, environmentFile.lastIndexOf("/"))}
secret ${engineProxySecret} >"$work/engine-proxy"
place ${environmentFile} 0600 <"$work/engine-proxy"
environment_placed=$placed`;

const removeEnvironmentFile = `rm -f ${environmentFile}
environment_placed=unchanged`;

/** Escapes %, with which systemd's specifiers begin. */
function inClear(proxy: EngineProxy): string {
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

/** For the undo step. */
export const forgetEngineProxy = `rm -f ${environmentFile}
if [ -e ${dropIn} ]; then
  rm -f ${dropIn}
  systemctl daemon-reload
  say "Docker Engine keeps its proxy until it is restarted"
fi`;
