/** A problem in a stack file, or between it and its hosts or cluster, found before anything changes. */
export interface Problem {
  /** The user's own key, as written in the stack file: `rancher:cluster.servers[1].address`. */
  readonly key: string;
  /** One or two sentences: value, fact, remedy. Continues after the key, so that `${key} ${message}` reads well. */
  readonly message: string;
}

/** One line per problem, in the order found. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems.map(({ key, message }) => `${key} ${message}`).join("\n");
}

/** Joins words for a message: `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[], last = "and"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1) ?? ""}`;
}
