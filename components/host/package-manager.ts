import { apt } from "./apt.ts";
import { dnf, zypper } from "./rpm.ts";

/** Operating systems of a host, by package manager. */
export const systems = ["debian", "redhat", "suse"] as const;
export type System = (typeof systems)[number];

/**
 * Shell that sets `$system` to the machine's system, from https://www.freedesktop.org/software/systemd/man/os-release:
 * `debian` (also Ubuntu), `redhat` (also Fedora and derivatives of either) or `suse`; empty for any other system.
 * `$system_name` is its full name.
 */
const detectSystem = `system=$(. /etc/os-release && case " $ID \${ID_LIKE-} " in
  *" debian "*) echo debian ;;
  *" rhel "* | *" fedora "*) echo redhat ;;
  *" suse "* | *" opensuse "* | *" sles "*) echo suse ;;
esac)
system_name=$(. /etc/os-release && echo "\${PRETTY_NAME-$ID}")`;

/**
 * For scripts, and for undo steps, which run in a script of another name: `$system`, and the same functions for every
 * package manager. If a function fails, it prints the package manager's output and ends the script.
 *
 * - `mend_packages`: completes what a killed package manager left unfinished.
 * - `refresh_packages`: refreshes the package lists.
 * - `installed PACKAGE`: whether the package is installed and configured.
 * - `new_packages PACKAGE...`: prints what installing them would add, one name per line, and changes nothing.
 * - `add_packages PACKAGE...`: installs them; existing configuration files are kept.
 * - `remove_packages PACKAGE...`: removes those that are installed, and nothing else, with their configuration.
 * - `add_ours PACKAGE...`: installs them, and lists every package this adds in `$facts/packages`. The list is written
 *   first, so that destroy removes all of them even if the script is killed in between.
 * - `note_service SERVICE`: records the state of an existing service in `$facts/was-disabled` and `$facts/was-stopped`.
 *   Returns 1 if it was recorded before.
 */
export const packageManager = packageManagerThat("");

/**
 * The same, with an `add_ours` that checks the plan before anything changes.
 *
 * @param checkPlan Shell that ends the script if it rejects `$work/plan`, the package manager's output of a dry run
 */
export function packageManagerThat(checkPlan: string): string {
  return `${detectSystem}
case $system in
debian)
${apt}
  ;;
redhat)
${dnf}
  ;;
suse)
${zypper}
  ;;
esac
add_ours() {
  new_packages "$@" >"$work/new"${checkPlan === "" ? "" : `\n${checkPlan}`}
  { cat "$facts/packages" 2>/dev/null || true; cat "$work/new"; } | sort -u >"$facts/packages.new"
  sync "$facts/packages.new" && mv "$facts/packages.new" "$facts/packages"
  add_packages "$@"
}
note_service() {
  [ ! -e "$facts/was-noted" ] || return 1
  systemctl -q is-enabled "$1" || : >"$facts/was-disabled"
  systemctl -q is-active "$1" || : >"$facts/was-stopped"
  : >"$facts/was-noted"
}`;
}
