import { readFileSync } from "node:fs";
import { afterAll } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** CPU time of a file's tests, and of the processes they waited for. Linux only. */
    cpuSeconds?: number;
  }
}

/** Clock ticks per second, on every architecture that Node runs on. */
const ticks = 100;

const before = cpuSeconds();
// vitest requires fixtures to be destructured, and this test uses none.
afterAll(({}, file) => {
  const after = cpuSeconds();
  if (before !== undefined && after !== undefined) file.meta.cpuSeconds = after - before;
});

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html utime, stime, cutime and cstime */
function cpuSeconds(): number | undefined {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / ticks;
  } catch {
    return undefined;
  }
}
