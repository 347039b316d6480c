import { distance } from "fastest-levenshtein";

/** The known word that an unknown word probably means, or `undefined` if none is similar enough. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  const lower = word.toLowerCase();
  const near = known
    .map((candidate) => ({ candidate, steps: distance(lower, candidate.toLowerCase()) }))
    .filter(({ candidate, steps }) => steps <= Math.max(1, Math.floor(Math.max(candidate.length, word.length) / 2.5)))
    .sort((a, b) => a.steps - b.steps || (a.candidate < b.candidate ? -1 : 1));
  return near[0]?.candidate ?? known.find((candidate) => word.length > 3 && candidate.includes(lower));
}
