import type { Host } from "./host.ts";
import { shellLibrary, type ShellScript, type ShellValues } from "./shell/link.ts";
import { shellFile } from "./shell/shell-files.ts";

export interface BaseScriptArgs {
  readonly hostName: string;
  /** Whether the host is the machine Pulumi runs on. @default a host over SSH */
  readonly kind?: Host["kind"];
  /** `<project>/<stack>`: one machine serves one stack. */
  readonly stack: string;
}

/**
 * Marks a machine with its name, and places the library of functions, which it reads from standard input. Refuses a
 * machine that has another name or belongs to another stack.
 */
export function renderBaseCreate(args: BaseScriptArgs): ShellScript {
  return baseScript("base", args);
}

/** Updates a machine that is already marked. Refuses a different machine under the same name. */
export function renderBaseUpdate(args: BaseScriptArgs): ShellScript {
  return baseScript("base-update", args);
}

/** Runs all remaining undo steps, newest first, then removes the machine's marker. */
export function renderBaseDelete(args: BaseScriptArgs): ShellScript {
  return baseScript("base-delete", args);
}

function baseScript(file: string, { hostName, kind = "ssh", stack }: BaseScriptArgs): ShellScript {
  return {
    main: shellFile(`host/${file}.sh`),
    values: { host: hostName, stack, kind, ...hostKinds[kind], library_digest: shellLibrary().digest, secrets: false },
  };
}

/** What differs between a host over SSH and the machine Pulumi runs on; `machine.sh` explains the values. */
const hostKinds: Readonly<Record<Host["kind"], ShellValues>> = {
  ssh: {
    disk: "/var",
    tools: ["flock", "timeout", "install", "sync", "cmp", "base64", "sed", "sort"],
    no_tool: ". Install the package that contains it (util-linux, coreutils, diffutils, sed)",
    unknown_machine: "Give it a new name in the stack file",
    other_machine: "Check the address in the stack file, or destroy the stack it belongs to first",
  },
  local: {
    disk: "~",
    tools: ["awk", "base64", "cmp", "df", "install", "ln", "ps", "readlink", "sed", "sort"],
    no_tool: ", a standard tool of macOS and Linux. Install the package that contains it",
    unknown_machine:
      "This stack was created on another machine or by another user. Continue there, or destroy it there first",
    other_machine:
      "A machine serves one stack. Destroy that one first, or set another host for this one in docker.host",
  },
};
