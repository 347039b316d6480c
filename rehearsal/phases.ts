import pc from "picocolors";

/** What a rehearsal is at, said on the terminal, and how long each part took. */
export interface Phases {
  /** Runs one phase: its name when it starts, its duration when it ends. */
  run<T>(name: string, work: (say: (line: string) => void) => Promise<T>): Promise<T>;
  /** Seconds by phase, in the order they ran. */
  readonly times: ReadonlyMap<string, number>;
}

export function startPhases(write: (line: string) => void): Phases {
  const times = new Map<string, number>();
  return {
    times,
    run: async (name, work) => {
      const start = performance.now();
      write(`\n${pc.bold(pc.cyan("▸"))} ${pc.bold(name)}`);
      try {
        return await work((line) => write(`  ${line}`));
      } finally {
        const seconds = (performance.now() - start) / 1000;
        times.set(name, (times.get(name) ?? 0) + seconds);
        write(pc.dim(`  ${seconds.toFixed(1)} s`));
      }
    },
  };
}

/** Runs phases until the signal comes: the next one is then not begun. */
export function runUntil(signal: AbortSignal | undefined, phases: Phases): Phases["run"] {
  return async (name, work) => {
    signal?.throwIfAborted();
    return phases.run(name, work);
  };
}
