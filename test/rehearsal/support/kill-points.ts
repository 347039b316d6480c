import type { ScriptedHost, ScriptEnd, ScriptOptions } from "./scripted-host.ts";

/** Where on a host a traced script writes down its commands. */
const traceFile = "/run/kill-points";

/**
 * Puts the inner script under bash, where a trap is called before every command of the script itself (not of its
 * subshells, whose end is not the script's). The place of a command is its line, its function and its first line.
 */
function trapped(text: string, action: string): string {
  const place = `place="$LINENO \${FUNCNAME[0]-} \${BASH_COMMAND%%"$newline"*}"`;
  const trap = `trap '[ "$BASHPID" != "$$" ] || { ${place}; ${action}; }' DEBUG`;
  const start = `sh -c "$(cat <<'SCRIPT'\n`;
  if (!text.includes(start)) throw new Error("the script's inner text does not start as expected");
  // Under `set -e` and `-u` as the script itself sets them; the trap's last word is always true.
  return text.replace(start, () => `ba${start}newline=$'\\n' wanted_place=\nset -o functrace\n${trap}\n`);
}

/** Runs a script and lists the places of its commands, each once, in the order they are come to. */
export async function killPoints(
  machine: ScriptedHost,
  run: (options: ScriptOptions) => Promise<ScriptEnd>,
): Promise<string[]> {
  await machine.look("rm", "-f", traceFile);
  const end = await run({ edit: (text) => trapped(text, `printf "%s\\n" "$place" >>${traceFile}`) });
  if (end.code !== 0) throw new Error(`the script to be killed does not even work: ${end.stderr}`);
  const places = (await machine.look("cat", traceFile)).split("\n");
  return [...new Set(places)];
}

/** For a run of the same script: kills it right before it comes to this place for the first time. */
export function killedAt(place: string): ScriptOptions {
  const wanted = `'${place.replaceAll("'", `'\\''`)}'`;
  return {
    edit: (text) =>
      trapped(text, `[ "$place" != "$wanted_place" ] || kill -9 "$$"`).replace(
        "wanted_place=\n",
        () => `wanted_place=${wanted}\n`,
      ),
  };
}

/** `count` of them, spread evenly, the last one too. */
export function sample<T>(all: readonly T[], count: number): T[] {
  const step = Math.max(1, all.length / count);
  return Array.from({ length: Math.min(count, all.length) }, (_, index) => all[Math.floor((index + 1) * step) - 1]!);
}
