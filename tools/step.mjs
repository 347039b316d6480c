/**
 * @typedef {(line: string) => void} Progress  takes one line without its end
 */

/**
 * A span of time for people: `0.4 s`, `38 s`, `4 min 05 s`.
 * @param {number} milliseconds
 * @returns {string}
 */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/**
 * Does long work so that nobody thinks it hangs: a line when it starts, one every 15 seconds with the time so far and
 * what `state` says, one when it is done. A failure is left to the caller's error, which says more.
 *
 * @template Result
 * @param {string} title  `helm 3.19.0: building`
 * @param {Progress} progress
 * @param {() => Promise<Result>} work
 * @param {{ guide?: string, state?: () => string, every?: number }} [options]
 *   `guide` is said once, at the start; `every` in milliseconds
 * @returns {Promise<Result>}
 */
export async function step(title, progress, work, { guide = "", state = () => "", every = 15_000 } = {}) {
  const start = performance.now();
  const elapsed = () => duration(performance.now() - start);
  progress(`${title}${guide} ...`);
  const heartbeat = setInterval(() => {
    const now = state();
    progress(`${title} ... ${elapsed()}${now === "" ? "" : `, ${now}`}`);
  }, every);
  try {
    const result = await work();
    progress(`${title}: done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}
