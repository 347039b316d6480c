/** The lines that differ between two texts, in order, each after `-` or `+`. Common lines are left out. */
export function lineDifference(before: string, after: string): string[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  // Length of the longest common subsequence from each pair of positions.
  const common = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = common[i];
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) [i, j] = [i + 1, j + 1];
    else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) lines.push(`- ${a[i++] ?? ""}`);
    else lines.push(`+ ${b[j++] ?? ""}`);
  }
  return lines;
}
