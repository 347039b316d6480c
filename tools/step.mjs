/**
 * Takes one line without its end. On a terminal `update` shows a line that the next one replaces, and `end` removes it.
 *
 * @typedef {((line: string) => void) & { update?: (line: string) => void, end?: () => void }} Progress
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
 * Shows that long work goes on: a line when it starts, then how far it is, and a line when it is done. On a terminal the
 * line in between is updated every second, elsewhere there is one a minute. A failure is left to the caller's error.
 *
 * @template Result
 * @param {string} title  `helm 3.19.0: building`
 * @param {Progress} progress
 * @param {() => Promise<Result>} work
 * @param {{ state?: () => string, every?: number }} [options]  `every` in milliseconds
 * @returns {Promise<Result>}
 */
export async function step(title, progress, work, options = {}) {
  const { state = () => "", every = progress.update === undefined ? 60_000 : 1_000 } = options;
  const start = performance.now();
  const elapsed = () => duration(performance.now() - start);
  progress(`${title} ...`);
  const heartbeat = setInterval(() => {
    const now = state();
    (progress.update ?? progress)(`${title} ... ${elapsed()}${now === "" ? "" : `, ${now}`}`);
  }, every);
  try {
    const result = await work();
    progress(`${title}: done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(heartbeat);
    progress.end?.();
  }
}
