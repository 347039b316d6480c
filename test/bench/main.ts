import { exitCodeOf, UserError } from "../../operations/user-error.ts";
import { benchNginx, nginxRows } from "./nginx/bench-nginx.ts";
import { benchPreview } from "./preview.ts";

/** A benchmark, and the names of its rows if it can run some of them alone. */
interface Benchmark {
  readonly rows: readonly string[];
  run(rows: readonly string[]): Promise<void>;
}

const benchmarks: Readonly<Record<string, Benchmark>> = {
  preview: { rows: [], run: () => benchPreview(5) },
  nginx: { rows: nginxRows, run: benchNginx },
};

/**
 * Runs every benchmark in turn, one benchmark by name, or some of its rows: `npm run bench`,
 * `npm run bench -- nginx`, `npm run bench -- nginx black-hole reloads`.
 */
process.exitCode = await exitCodeOf(async () => {
  const [name, ...rows] = process.argv.slice(2);
  if (name === undefined) {
    for (const { run } of Object.values(benchmarks)) await run([]);
    return 0;
  }
  const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (benchmark === undefined) {
    throw new UserError(`there is no benchmark ${name}; there are ${Object.keys(benchmarks).join(", ")}`);
  }
  const unknown = rows.filter((row) => !benchmark.rows.includes(row));
  if (unknown.length > 0) {
    const known = benchmark.rows.length === 0 ? "none" : benchmark.rows.join(", ");
    throw new UserError(`${name} has no rows ${unknown.join(", ")}; it has ${known}`);
  }
  await benchmark.run(rows);
  return 0;
});
