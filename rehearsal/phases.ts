import pc from "picocolors";
import { terminalColumns, wrapText } from "../operations/terminal.ts";

/** Prints the progress of a rehearsal, and measures its phases. */
export interface Phases {
  /** Prints the phase's name, runs it and prints its duration. */
  run<T>(name: string, work: (log: (line: string) => void) => Promise<T>): Promise<T>;
  /** Seconds by phase, in the order they ran. */
  readonly times: ReadonlyMap<string, number>;
}

export function startPhases(write: (line: string) => void, options: { readonly columns?: number } = {}): Phases {
  const times = new Map<string, number>();
  return {
    times,
    run: async (name, work) => {
      const start = performance.now();
      write(`\n${pc.bold(pc.cyan("▸"))} ${pc.bold(name)}`);
      try {
        return await work((line) =>
          write(wrapText(line, { columns: options.columns ?? terminalColumns(), indent: "  " })),
        );
      } finally {
        const seconds = (performance.now() - start) / 1000;
        times.set(name, (times.get(name) ?? 0) + seconds);
        write(pc.dim(`  ${seconds.toFixed(1)} s`));
      }
    },
  };
}

/** Runs phases, but starts none once the signal is aborted. */
export function runUntil(signal: AbortSignal | undefined, phases: Phases): Phases["run"] {
  return async (name, work) => {
    signal?.throwIfAborted();
    return phases.run(name, work);
  };
}
