/**
 * Answers of this run, by origin: where the network does not allow downloads, finding out once is enough.
 * @type {Map<string, Promise<boolean>>}
 */
const answers = new Map();

/**
 * Whether the servers of some addresses answer at all, asked of all at the same time and once per run.
 *
 * @param {string[]} urls
 * @param {number} [timeout]  milliseconds; a server that takes longer counts as out of reach
 * @returns {Promise<Set<string>>}  the origins that answer
 */
export async function reachable(urls, timeout = 3_000) {
  const origins = [...new Set(urls.map((url) => new URL(url).origin))];
  const answering = await Promise.all(
    origins.map(async (origin) => {
      const answer = answers.get(origin) ?? probe(origin, timeout);
      answers.set(origin, answer);
      return (await answer) ? [origin] : [];
    }),
  );
  return new Set(answering.flat());
}

/**
 * @param {string} origin
 * @param {number} timeout
 * @returns {Promise<boolean>}
 */
async function probe(origin, timeout) {
  try {
    // Any answer will do: whether the file itself is there shows when it is fetched.
    await fetch(origin, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(timeout) });
    return true;
  } catch {
    return false;
  }
}
