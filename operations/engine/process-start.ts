import { spawnSync } from "node:child_process";
import { startOf } from "../../tools/lock.mjs";

/**
 * Start time of a process on this machine, of any user; undefined if it does not exist. Ids are reused, especially
 * after a reboot: compare this with the time at which the id was recorded.
 */
export function processStart(pid: number): Date | undefined {
  if (startOf(pid) === undefined) return undefined; // none, or a zombie
  // ps reports it in wall-clock time, on both Linux and macOS.
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", `${pid}`], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LC_ALL: "C" },
  });
  const start = new Date(stdout.trim());
  return Number.isNaN(start.getTime()) ? undefined : start;
}
