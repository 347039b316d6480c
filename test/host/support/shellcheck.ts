import { spawnSync } from "node:child_process";
import { link, type ShellScript, type ShellValue } from "../../../components/host/link.ts";
import { unattended } from "../../../components/host/script.ts";

/** Whether this machine has shellcheck. */
export const hasShellcheck = spawnSync("shellcheck", ["--version"]).status === 0;

/**
 * Variables that a script or a script in it reads although nothing assigns them: a value is missing. `npm run check`
 * finds everything else in the shell files one by one.
 */
export function unassigned(script: ShellScript): string[] {
  return [unattended("test", script), ...laterScripts(script).map(atRunTime)].flatMap((one) => findings(link(one)));
}

/** Findings of shellcheck in a POSIX shell's script: syntax errors, and variables that are not assigned. */
export function findings(script: string): string[] {
  const args = ["--norc", "--shell", "sh", "--include", "SC2154", "--format", "gcc", "-"];
  const { stdout } = spawnSync("shellcheck", args, { input: script, encoding: "utf8" });
  return stdout.split("\n").filter(Boolean);
}

/** The scripts among a script's values, which the host runs later. */
export function laterScripts({ values = {} }: ShellScript): ShellScript[] {
  return Object.values(values)
    .filter(isScript)
    .flatMap((script) => [script, ...laterScripts(script)]);
}

function isScript(value: ShellValue): value is ShellScript {
  return typeof value === "object" && "main" in value;
}

/** With the variables of the script in which an undo step runs. */
function atRunTime({ main, values = {} }: ShellScript): ShellScript {
  return { main, values: { state: "/state", facts: "/facts", work: "/work", name: "test", ...values } };
}
