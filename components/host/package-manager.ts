import { apt } from "./apt.ts";
import { dnf, zypper } from "./rpm.ts";

/** Systems a host may have, by what installs packages on them. */
export const systems = ["debian", "redhat", "suse"] as const;
export type System = (typeof systems)[number];

/**
 * Shell that sets `$system` to the machine's system, from https://www.freedesktop.org/software/systemd/man/os-release:
 * `debian` (Ubuntu too), `redhat` (Fedora and what is made from either) or `suse`; to nothing where it is another one.
 * `$system_name` is what it calls itself.
 */
const knowSystem = `system=$(. /etc/os-release && case " $ID \${ID_LIKE-} " in
  *" debian "*) echo debian ;;
  *" rhel "* | *" fedora "*) echo redhat ;;
  *" suse "* | *" opensuse "* | *" sles "*) echo suse ;;
esac)
system_name=$(. /etc/os-release && echo "\${PRETTY_NAME-$ID}")`;

/**
 * For scripts, and for undo steps, which run in a script of another name: `$system`, and the same functions whichever
 * package manager the machine has. Each ends the script with the manager's own words when it cannot do its work.
 *
 * - `mend_packages`: sets right what a package manager that was killed left half done.
 * - `refresh_packages`: has it look at its repositories anew.
 * - `installed PACKAGE`: tells whether it is there and configured.
 * - `new_packages PACKAGE...`: prints what installing them would add, one name per line, and changes nothing.
 * - `add_packages PACKAGE...`: installs them; what is configured by us stays.
 * - `remove_packages PACKAGE...`: removes those that are there, and nothing else, with their configuration.
 * - `add_ours PACKAGE...`: installs them, and lists in `$facts/packages` which packages come with that. The list is
 *   there first, so that a script killed in between leaves nothing that destroy would not remove.
 * - `note_service SERVICE`: remembers as `$facts/was-disabled` and `$facts/was-stopped` how a service of others was
 *   found. Returns 1 where it was noted before.
 */
export const packageManager = packageManagerThat("");

/**
 * The same, with an `add_ours` that looks at the plan before anything changes.
 *
 * @param looks Shell that ends the script where it does not like `$work/plan`: what the package manager says it would do
 */
export function packageManagerThat(looks: string): string {
  return `${knowSystem}
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
  new_packages "$@" >"$work/new"${looks === "" ? "" : `\n${looks}`}
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
