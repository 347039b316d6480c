/**
 * Prints one line. On a terminal `update` shows a line that the next one replaces, and `end` removes it.
 *
 * @typedef {((line: string) => void) & { update?: (line: string) => void, end?: () => void }} Progress
 */

/**
 * A duration for people: `0.4 s`, `38 s`, `4 min 05 s`.
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
 * Shows the progress of long work as `showWhile` does, and prints a line when it is done. The caller reports failures.
 *
 * @template Result
 * @param {string} title  `helm 3.19.0: building`
 * @param {Progress} progress
 * @param {() => Promise<Result>} work
 * @param {{ state?: () => string, every?: number }} [options]  `every` in milliseconds
 * @returns {Promise<Result>}
 */
export async function step(title, progress, work, options) {
  const start = performance.now();
  const result = await showWhile(title, progress, work, options);
  progress(`${title}: done in ${duration(performance.now() - start)}`);
  return result;
}

/**
 * Prints a line, then the time elapsed until the work ends: updated every second on a terminal, once a minute elsewhere.
 *
 * @template Result
 * @param {string} title
 * @param {Progress} progress
 * @param {() => Promise<Result>} work
 * @param {{ state?: () => string, every?: number }} [options]  `state`: how far the work is; `every` in milliseconds
 * @returns {Promise<Result>}
 */
export async function showWhile(title, progress, work, options = {}) {
  const { state = () => "", every = progress.update === undefined ? 60_000 : 1_000 } = options;
  const start = performance.now();
  const elapsed = () => duration(performance.now() - start);
  progress(`${title} ...`);
  const heartbeat = setInterval(() => {
    const now = state();
    (progress.update ?? progress)(`${title} ... ${elapsed()}${now === "" ? "" : `, ${now}`}`);
  }, every);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    progress.end?.();
  }
}
