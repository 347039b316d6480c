import { readdirSync, readFileSync } from "node:fs";

/** Whether a process runs, or with a negative id any process of a group. A zombie does not count. */
export function isAlive(pid: number): boolean {
  if (pid > 0) return lives(String(pid)) !== undefined;
  return readdirSync("/proc").some((name) => /^\d+$/.test(name) && lives(name)?.group === -pid);
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function lives(pid: string): { group: number } | undefined {
  try {
    const [state, , group] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return state === "Z" || state === "X" ? undefined : { group: Number(group) };
  } catch {
    return undefined;
  }
}
