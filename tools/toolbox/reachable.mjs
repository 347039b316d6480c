/**
 * Results of this run, by origin, so that a blocked network is detected only once.
 * @type {Map<string, Promise<boolean>>}
 */
const answers = new Map();

/**
 * Which servers answer at all. Checks all in parallel, and each once per run.
 *
 * @param {string[]} urls
 * @param {number} [timeout] milliseconds; a slower server counts as unreachable
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
    // Any answer is enough. Whether the file exists shows when it is downloaded.
    await fetch(origin, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(timeout) });
    return true;
  } catch {
    return false;
  }
}
