import { withCredentials } from "../proxy-credentials.ts";

/** The proxy of the engine's own pulls. */
export interface EngineProxy {
  readonly http?: string;
  readonly https?: string;
  readonly noProxy: readonly string[];
  /** Whether user and password come with the script, as the secret `engineProxySecret`. @default false */
  readonly signsIn?: boolean;
}

/** Name of the secret that holds `engineProxyFile`. */
export const engineProxySecret = "engine_proxy";

const dropIn = "/etc/systemd/system/docker.service.d/rancher-stack-proxy.conf";

/** For root alone: unlike `Environment=`, what is in it does not show in `systemctl show`, which everybody may run. */
const environmentFile = "/etc/docker/rancher-stack-proxy.env";

/** The engine's variables, with user and password: the content of the file that systemd reads. */
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
 * Sets `restart` where the engine has to be restarted to read its proxy (https://docs.docker.com/engine/daemon/proxy/).
 * The text says so, as it is what a preview shows.
 */
export function configureEngineProxy(proxy: EngineProxy | undefined): string {
  const restarts = "RESTARTS THE ENGINE; containers go on meanwhile, as live-restore is on.";
  if (proxy === undefined) {
    return `restart=
# No proxy. Where an earlier one is taken away, this ${restarts}
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

/** systemd takes % for the start of a specifier. */
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
