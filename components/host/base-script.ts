import type { Host } from "./host.ts";
import { quote } from "./shell.ts";

export interface BaseScriptArgs {
  readonly hostName: string;
  /** Whether the host is the machine Pulumi runs on. @default a host over SSH */
  readonly kind?: Host["kind"];
  /** `<project>/<stack>`: one machine serves one stack. */
  readonly stack: string;
}

/** Free MiB required on the disk for packages and this program's files. */
const freeMiB = 512;

/** Marks a machine with its name. Refuses a machine that has another name or belongs to another stack. */
export function renderBaseCreate(args: BaseScriptArgs): string {
  const { preflight, disk } = hostKinds[args.kind ?? "ssh"];
  return `${preflight}
safe_path "$state"
if [ -e "$state/machine" ]; then
  ${refuseOtherMachine(args)}
  say "unchanged: this machine is ${args.hostName}"
else
  mkdir -p "$state/undo" "$state/facts"
  cat >"$state/placing" <<MACHINE
${marker(args)}
MACHINE
  sync "$state/placing" && mv -f "$state/placing" "$state/machine" || fail 30 "$state/machine cannot be written: $(df -h ${disk} | tail -n 1)"
  say "changed: this machine is now ${args.hostName}"
fi
`;
}

/** Updates a machine that is already marked. Refuses a different machine under the same name. */
export function renderBaseUpdate(args: BaseScriptArgs): string {
  const { preflight, unknown } = hostKinds[args.kind ?? "ssh"];
  return `${preflight}
safe_path "$state"
[ -e "$state/machine" ] || fail 10 "this machine is not the one known as ${args.hostName}: it has no $state/machine. ${unknown}"
${refuseOtherMachine(args)}
mkdir -p "$state/undo" "$state/facts"
say "unchanged: this machine is ${args.hostName}"
`;
}

/** Runs all remaining undo steps, newest first, then removes the machine's marker. */
export function renderBaseDelete(args: BaseScriptArgs): string {
  return `[ -e "$state/machine" ] || { say "unchanged: this machine is not marked"; exit 0; }
${refuseOtherMachine(args)}
run_all_undos
rm -rf "$state"${args.kind === "local" ? "" : " /run/rancher-stack.lock"}
say "changed: this machine is as it was"
`;
}

function marker({ hostName, stack }: BaseScriptArgs): string {
  return `name=${hostName}\nstack=${stack}`;
}

function refuseOtherMachine(args: BaseScriptArgs): string {
  const expected = marker(args).replaceAll("\n", " ");
  const { other } = hostKinds[args.kind ?? "ssh"];
  return (
    `[ "$(tr '\\n' ' ' <"$state/machine")" = ${quote(`${expected} `)} ] || ` +
    `fail 10 "this machine is not ${args.hostName} of ${args.stack}: its marker is $(tr '\\n' ' ' <"$state/machine"). ` +
    `${other}"`
  );
}

/** What differs between a host over SSH and the machine Pulumi runs on. */
interface HostKind {
  /** Ends the script if the machine lacks what every script needs. */
  readonly preflight: string;
  /** Folder whose disk holds the state folder, as a shell word. */
  readonly disk: string;
  /** Remedy if the machine is not marked. */
  readonly unknown: string;
  /** Remedy if it is marked for another host or stack. */
  readonly other: string;
}

const hostKinds: Readonly<Record<Host["kind"], HostKind>> = {
  ssh: {
    preflight: `for tool in flock timeout install sync cmp base64 sed sort; do
  command -v "$tool" >/dev/null || fail 10 "this machine has no $tool. Install the package that contains it (util-linux, coreutils, diffutils, sed)"
done
free=$(df -Pm /var | awk 'NR == 2 { print $4 }')
[ "$free" -ge ${freeMiB} ] || fail 10 "/var has $free MiB free; ${freeMiB} MiB are needed"`,
    disk: "/var",
    unknown: "Give it a new name in the stack file",
    other: "Check the address in the stack file, or destroy the stack it belongs to first",
  },
  local: {
    preflight: `for tool in awk base64 cmp df install ln ps readlink sed sort; do
  command -v "$tool" >/dev/null || fail 10 "this machine has no $tool, a standard tool of macOS and Linux. Install the package that contains it"
done
free=$(df -Pk "$HOME" | awk 'NR == 2 { print int($4 / 1024) }')
[ "$free" -ge ${freeMiB} ] || fail 10 "$HOME has $free MiB free; ${freeMiB} MiB are needed"`,
    disk: '"$HOME"',
    unknown: "This stack was created on another machine or by another user. Continue there, or destroy it there first",
    other: "A machine serves one stack. Destroy that one first, or set another host for this one in docker.host",
  },
};
