import { FakeSystem } from "../../../support/scripts/fake-system.ts";

/**
 * A simulated machine of the RHEL family with an HAProxy that is simulated by files: `running` has the generation of
 * its worker, `worker` its PID, and `words` what it logs. A file `broken` makes it keep its worker at a reload and fail
 * to start, as with a port in use.
 */
export class FakeHaproxy extends FakeSystem {
  constructor() {
    super("rocky");
    const root = this.path("root");
    this.tool(
      "rpm",
      `case $1 in -q) [ -e ${root}/installed ] ;; -e) rm -f ${root}/installed ${this.path("bin/haproxy")} ;; esac`,
    );
    this.tool(
      "dnf",
      `case "$*" in
*--assumeno*) printf 'Installing:\\n haproxy x86_64\\n'; exit 1 ;;
*" install "*) : >${root}/installed; mkdir -p ${root}/etc/haproxy; echo "# the package's" >${root}/etc/haproxy/haproxy.cfg ;;
esac`,
    );
    this.tool("getent", "exit 2");
    this.tool("userdel");
    this.tool("ss");
    this.tool("ip");
    this.tool("haproxy", `grep -q 'setenv GENERATION' "$3" || { echo "[ALERT]    (7) : config : bad in $3"; exit 1; }`);
    this.tool("journalctl", `cat ${root}/words 2>/dev/null`);
    this.command("timeout", `while [ "$1" != bash ] && [ "$1" != sh ]; do shift; done; exec "$@"`);
    // The probe of the configuration that runs.
    this.command(
      "bash",
      `[ ! -s ${root}/running ] || echo "generation $(cat ${root}/running) worker $(cat ${root}/worker)"`,
    );
    const starts = `if [ -e ${root}/broken ]; then echo "Job failed" >&2; exit 1; fi
echo $(($(cat ${root}/worker 2>/dev/null || echo 10) + 1)) >${root}/worker
: >${root}/active
sed -n 's/^ *setenv GENERATION //p' ${root}/etc/haproxy/haproxy.cfg >${root}/running`;
    this.tool(
      "systemctl",
      `case "$*" in
*is-active*) [ -e ${root}/active ] ;;
*is-failed*) exit 1 ;;
*is-enabled*) [ -e ${root}/enabled ] ;;
*enable*) : >${root}/enabled ;;
*disable*) rm -f ${root}/enabled ;;
start*|reload*|restart*) ${starts} ;;
stop*) rm -f ${root}/active ${root}/running ;;
esac`,
    );
  }

  /** A rollout waits for two seconds, not eight and three. */
  protected override redirected(text: string): string {
    return super
      .redirected(text)
      .replace("\nlive_seconds=8\n", "\nlive_seconds=2\n")
      .replace("\nback_seconds=3\n", "\nback_seconds=2\n");
  }

  /** The generation of the configuration on disk, or its text if it has none; and the generation that runs. */
  get seen() {
    const conf = this.read("/etc/haproxy/haproxy.cfg");
    return {
      onDisk: /setenv GENERATION (\w+)/.exec(conf ?? "")?.[1] ?? conf,
      running: this.read("/running")?.trim(),
    };
  }
}
