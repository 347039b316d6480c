import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

const shown = 10;

/** Prints the files that took longest, with their time and the CPU time of their tests. */
export default class SlowestFiles implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const files = modules
      .map((module) => ({
        path: relative(process.cwd(), module.moduleId),
        seconds: module.diagnostic().duration / 1000,
        cpuSeconds: module.meta().cpuSeconds,
      }))
      .sort((one, other) => other.seconds - one.seconds)
      .slice(0, shown);
    if (modules.length <= shown) return;
    console.log(`The ${shown} slowest files:\n     time      CPU`);
    for (const { path, seconds, cpuSeconds } of files)
      console.log(`${inSeconds(seconds)} ${cpuSeconds === undefined ? "        " : inSeconds(cpuSeconds)}  ${path}`);
  }
}

function inSeconds(seconds: number): string {
  return `${seconds.toFixed(1)} s`.padStart(9);
}
