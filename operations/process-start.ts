import { spawnSync } from "node:child_process";
import { startOf } from "../tools/lock.mjs";

/**
 * When a process of this machine started, whoever it belongs to; undefined where there is none with this id. Ids are
 * reused, above all after a reboot: compare this with the time at which the id was written down.
 */
export function processStart(pid: number): Date | undefined {
  if (startOf(pid) === undefined) return undefined; // none, or a zombie
  // ps knows it in wall-clock time, on Linux and macOS alike.
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", `${pid}`], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LC_ALL: "C" },
  });
  const start = new Date(stdout.trim());
  return Number.isNaN(start.getTime()) ? undefined : start;
}
