import { readFileSync } from "node:fs";
import type { releases } from "../../../support/scripts/fake-system.ts";
import { FakeSystem } from "../../../support/scripts/fake-system.ts";

export interface FakeNginxSpec {
  readonly release: keyof typeof releases;
  /** Output of its `nginx -V`. */
  readonly build: string;
  /** Packages that are installed at first. */
  readonly installed?: readonly string[];
}

/**
 * A simulated machine of a system that is not available here, with tools that record their calls: packages are
 * installed and removed, the service starts a process with the name of nginx's workers, and the probe returns what is
 * in nginx.conf.
 */
export class FakeNginx extends FakeSystem {
  constructor({ release, build, installed = [] }: FakeNginxSpec) {
    super(release);
    const root = this.path("root");
    this.write("/packages", `${installed.join("\n")}\n`);
    this.write("/etc/resolv.conf", "nameserver 192.0.2.53\n");
    const has = `grep -q -x -- "$1" ${root}/packages`;
    const add = `for one; do case $one in [a-z]*[a-z]) echo "$one" >>${root}/packages ;; esac; done; mkdir -p ${root}/etc/nginx; [ -e ${root}/etc/nginx/nginx.conf ] || echo "# the package's" >${root}/etc/nginx/nginx.conf`;
    this.tool(
      "rpm",
      `case $1 in -q) shift; ${has} ;; -e) shift; for one; do sed -i "/^$one$/d" ${root}/packages; done ;; esac`,
    );
    this.tool(
      "dnf",
      `case "$*" in
*--assumeno*) printf 'Installing:\\n nginx x86_64\\n nginx-mod-stream x86_64\\nInstalling dependencies:\\n nginx-core x86_64\\n'; exit 1 ;;
*" install "*) shift 3; ${add} ;;
esac`,
    );
    this.tool(
      "zypper",
      `case "$*" in
*--dry-run*) echo '<stream><to-install><solvable type="package" name="nginx"/></to-install></stream>' ;;
*" install "*) shift 4; ${add} ;;
esac`,
    );
    this.tool(
      "nginx",
      `[ "$1" != -V ] || printf '%s\\n' ${build
        .split("\n")
        .map((line) => `'${line}'`)
        .join(" ")} >&2`,
    );
    this.tool("ss");
    // The probe: every worker reports what nginx.conf contains.
    this.command(
      "bash",
      `generation=$(sed -n 's/.*"generation \\([0-9a-f]*\\) .*/\\1/p' ${root}/etc/nginx/nginx.conf)
[ ! -e ${root}/worker ] || echo "generation $generation worker $(cat ${root}/worker)"`,
    );
    this.tool(
      "systemctl",
      `case "$*" in
*is-active*) [ -e ${root}/run/nginx.pid ] ;;
*is-enabled*) exit 1 ;;
"start nginx"|"reload nginx"|"restart nginx") ${this.#endWorker()}; ${this.#startWorker()} ;;
"stop nginx") ${this.#endWorker()} ;;
esac`,
    );
  }

  override [Symbol.dispose](): void {
    for (const file of ["worker", "run/nginx.pid"]) {
      try {
        process.kill(Number(readFileSync(this.path("root", file), "utf8")), "SIGKILL");
      } catch {
        // Was not started, or was stopped.
      }
    }
    super[Symbol.dispose]();
  }

  /** A worker is recognised by its title, and by its parent, which is in nginx's pid file. */
  #startWorker(): string {
    const root = this.path("root");
    const worker = `(exec -a "nginx: worker process" cat <>${root}/never) & echo $! >${root}/worker`;
    return `mkfifo ${root}/never; /bin/bash -c 'echo $$ >${root}/run/nginx.pid; ${worker}; wait' >/dev/null 2>&1 9>&- &
until [ -s ${root}/worker ]; do sleep 0.05; done`;
  }

  #endWorker(): string {
    const root = this.path("root");
    return `[ ! -e ${root}/worker ] || kill -9 $(cat ${root}/worker ${root}/run/nginx.pid); rm -f ${root}/worker ${root}/run/nginx.pid ${root}/never`;
  }
}
