import {
  renderEngineInstall,
  type EngineInstallArgs,
} from "../../../components/docker/engine/engine-install-script.ts";
import type { ScriptInput } from "../../support/scripts/script-folder.ts";
import { FakeSystem, type releases } from "../../support/scripts/fake-system.ts";
import { edited } from "../../support/scripts/shell.ts";

export const daemonFile = "/etc/docker/daemon.json";
const key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n";

/**
 * A machine that has no Docker until a package manager installs it. The engine then reads its options like the real
 * one.
 */
export class FakeDockerMachine extends FakeSystem {
  constructor(release: keyof typeof releases, { engine = false, swarm = "inactive" } = {}) {
    super(release);
    const root = this.path("root");
    const packages = this.path("packages");
    const running = this.path("running");
    const live = this.path("live");
    const there = `touch ${packages}; for one in "$@"; do case $one in docker-ce*|containerd.io|ca-certificates) echo $one >>${packages} ;; esac; done`;
    const options = `grep -q '"live-restore": *true' ${root}${daemonFile} 2>/dev/null && echo true >${live} || echo false >${live}`;
    this.tool(
      "systemctl",
      `case "$*" in
  *is-active*) [ -e ${running} ] ;;
  *is-enabled*) [ -e ${running}.enabled ] ;;
  *enable*) : >${running}.enabled ;;
  start*|restart*) : >${running}; ${options} ;;
  reload*) ${options} ;;
  stop*) rm -f ${running} ;;
esac`,
    );
    this.tool(
      "docker",
      `[ -e ${running} ] || { echo "Cannot connect to the Docker daemon" >&2; exit 1; }
case "$*" in
  *LiveRestore*) cat ${live} ;;
  *Swarm*) echo ${swarm} ;;
  *ServerVersion*) echo 28.3.1 ;;
  ps*) ls ${root}/var/lib/docker/containers 2>/dev/null ;;
esac`,
    );
    this.tool("apt-helper", `printf '%s' '${key}' >"$5"`);
    this.tool(
      "apt-get",
      `case "$*" in *-s*) shift 3; for one in "$@"; do echo "Inst $one (1)"; done ;; *purge*) : >${packages} ;; *install*) ${there} ;; esac`,
    );
    this.tool("apt-cache", 'echo " 500 https://download.docker.com/linux/debian bookworm/stable"');
    this.tool("dpkg", "");
    this.tool("dpkg-query", `grep -q -x "$4" ${packages} 2>/dev/null && echo ii`);
    this.tool(
      "dnf",
      `case "$*" in *assumeno*) echo Installing:; for one in docker-ce docker-ce-cli containerd.io; do echo " $one x86_64 1"; done ;; *install*) ${there} ;; esac`,
    );
    this.tool(
      "rpm",
      `case "$*" in "-q ca-certificates") exit 0 ;; -q*) grep -q -x "$2" ${packages} 2>/dev/null ;; -e*) : >${packages} ;; esac`,
    );
    this.tool("curl", "printf 'all kinds of keys' >\"$5\"");
    this.tool("gpg", `case "$*" in *--export*) printf '%s' '${key}' ;; esac`);
    this.tool("id", 'case "$*" in -nG*) echo "ops users" ;; *) echo 0 ;; esac');
    for (const name of ["usermod", "gpasswd", "groupdel", "ip"]) this.tool(name);
    this.tool("getent", "exit 2");
    this.tool(
      "dockerd",
      'case "$*" in --help) echo " --validate" ;; --validate*) ! grep -q broken "$3" || { echo "invalid" >&2; exit 1; } ;; esac',
    );
    this.#engine = engine;
  }

  readonly #engine: boolean;

  /** The test machine may or may not have `dockerd`. It must not be visible. */
  install({ secrets, ...args }: Partial<EngineInstallArgs> & Pick<ScriptInput, "secrets"> = {}) {
    const script = edited(renderEngineInstall({ user: "ops", ...args }), (text) =>
      text
        .replaceAll("/usr/lib/apt/apt-helper", "apt-helper")
        .replaceAll("command -v dockerd", this.#engine ? "true" : "false")
        .replaceAll("sleep 1", "sleep 0.01")
        .replace("engine_start_seconds=60", "engine_start_seconds=1"),
    );
    return this.run(script, { name: "docker", ...(secrets && { secrets }) });
  }

  undo() {
    return this.run("run_undo docker", { name: "docker" });
  }

  /** Output of a run, with the machine's own paths. */
  said({ stderr }: { readonly stderr: string }): string {
    return stderr.replaceAll(this.path("root"), "");
  }
}

/** Calls that change a machine. */
export const changing = (calls: readonly string[]) =>
  calls.filter((call) =>
    /^(apt-get (?!-s)|dnf (?!--assumeno)|rpm -e|systemctl (?!.*is-)|usermod|gpasswd|groupdel|rm)/.test(call),
  );
