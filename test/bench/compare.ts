/** Seconds that several ways to do something take. They run in turns, so that a noisy machine disturbs them equally. */
export async function compare(
  title: string,
  rounds: number,
  ways: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
  for (const way of Object.values(ways)) await way(); // warms the caches
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const start = performance.now();
      await way();
      times.get(name)?.push((performance.now() - start) / 1000);
    }
  }
  const medians = new Map([...times].map(([name, all]) => [name, median(all)]));
  const [base = 1] = medians.values();
  console.log(title);
  for (const [name, all] of times) {
    const middle = medians.get(name) ?? 0;
    const range = `${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)}`;
    console.log(`  ${name}: median ${middle.toFixed(2)} s (${range}), ${(middle / base).toFixed(2)}x`);
  }
  return medians;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
