import { packageManager, packageManagerThat } from "../host/package-manager.ts";
import { quote } from "../host/shell.ts";
import { configureDockerEngine, forgetDockerOptions } from "./engine-daemon.ts";
import type { EngineProxy } from "./engine-proxy.ts";
import { installDockerEngine, refusesReplacing, removeDockerEngine } from "./engine-packages.ts";

export interface EngineInstallArgs {
  /** SSH user, who also connects to the engine; is added to the group `docker` unless it is root. */
  readonly user: string;
  /** For the engine's own pulls. Changing it restarts the engine; containers keep running. */
  readonly proxy?: EngineProxy;
}

/**
 * Installs Docker Engine from Docker's repository on a machine reached over SSH, unless it has one. Enables it at boot,
 * with `live-restore`, and prints its version. The undo step removes only what this script installed.
 */
export function renderEngineInstall({ user, proxy }: EngineInstallArgs): string {
  return `${packageManagerThat(refusesReplacing)}
[ -n "$system" ] || command -v dockerd >/dev/null || fail 10 "this machine runs $system_name, for which Docker has no packages. Install Docker Engine on it yourself, then set docker.engine: existing"
register_undo <<'UNDO'
${undo}
UNDO
${installDockerEngine}
${configureDockerEngine(proxy)}
${addToGroup(user)}
say "Docker Engine $(engine_says '{{.ServerVersion}}') runs"
engine_says '{{.ServerVersion}}'
`;
}

/** The group `docker` owns the engine's socket, so membership is equivalent to root. */
function addToGroup(user: string): string {
  if (user === "root") return "";
  const name = quote(user);
  return `if ! id -nG ${name} | tr ' ' '\\n' | grep -q -x docker; then
  say "adding ${user} to the group docker"
  echo ${name} >"$facts/member"
  usermod -a -G docker ${name} || fail 30 "${user} cannot be added to the group docker; usermod's output is above"
fi`;
}

const undo = `${packageManager}
if [ -e "$facts/member" ]; then gpasswd -d "$(cat "$facts/member")" docker >&2 || true; fi
${forgetDockerOptions}
${removeDockerEngine}`;
