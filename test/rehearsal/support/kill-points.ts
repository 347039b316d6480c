import { randomOf } from "./single-node/single-node-kills.ts";
import type { ScriptedHost, ScriptEnd, ScriptOptions } from "./scripted-host.ts";

/** The file on a host in which a traced script records its commands. */
const traceFile = "/run/kill-points";

/**
 * Runs the inner script under bash, where a trap is called before every command of the script itself (not of its
 * subshells, whose end is not the script's). The place of a command is its line, its function, its first line and the
 * function's first argument.
 */
function trapped(text: string, action: string): string {
  const place = `kill_first=\${1-} place="$LINENO \${FUNCNAME[0]-} \${BASH_COMMAND%%"$newline"*} [\${kill_first%%"$newline"*}]"`;
  const trap = `trap '[ "$BASHPID" != "$$" ] || { ${place}; ${action}; }' DEBUG`;
  const [start, end] = ["{ script=$(cat); } <<'SCRIPT'\n", ' sh -c "$script"'];
  if (!text.includes(start) || !text.includes(end)) throw new Error("the script's inner text is not where it was");
  // Under `set -e` and `-u` as the script itself sets them. The trap's last command is always true.
  return text
    .replace(start, () => `${start}newline=$'\\n'\nwanted_places=\nset -o functrace\n${trap}\n`)
    .replace(end, ' bash -c "$script"');
}

/** Runs a script and lists the places of its commands, each once, in the order they are reached. */
export async function killPoints(
  machine: ScriptedHost,
  run: (options: ScriptOptions) => Promise<ScriptEnd>,
): Promise<string[]> {
  await machine.look("rm", "-f", traceFile);
  const end = await run({ edit: (text) => trapped(text, `printf "%s\\n" "$place" >>${traceFile}`) });
  if (end.code !== 0) throw new Error(`the script to be killed fails without a kill: ${end.stderr}`);
  const places = (await machine.look("cat", traceFile)).split("\n");
  return [...new Set(places)];
}

/** How many places after the wanted one are accepted: a waiting loop may end a round earlier than before. */
const nextPlaces = 20;

/** For a run of the same script: kills it right before it first reaches this place, or one soon after it. */
export function killedAt(place: string, places: readonly string[]): ScriptOptions {
  const start = places.indexOf(place);
  if (start < 0) throw new Error(`${place} is not one of the ${places.length} kill points`);
  // On one line, as a place has the number of its line.
  const wanted = ["", ...places.slice(start, start + nextPlaces), ""].join("|").replaceAll("'", `'\\''`);
  return {
    edit: (text) =>
      trapped(text, `[[ "$wanted_places" != *"|$place|"* ]] || kill -9 "$$"`).replace(
        "wanted_places=\n",
        () => `wanted_places='${wanted}'\n`,
      ),
  };
}

/** Seed of all random kill points; the titles of tests name it: {@link seedTitle}. */
export const killSeed = Number(process.env["RANCHER_KILLS_SEED"] ?? 1);

/** The part of a test's title that says which places it kills at: with the same seed, they are the same. */
export function seedTitle(count: number): string {
  return `${count} places chosen by RANCHER_KILLS_SEED=${killSeed}`;
}

/** The only place of that function, command and first argument of the function, whatever its line is. */
export function namedPlace(places: readonly string[], name: string): string {
  const found = places.filter((place) => place.slice(place.indexOf(" ") + 1) === name);
  if (found.length !== 1)
    throw new Error(`${found.length} kill points are named ${name}; there are:\n${places.join("\n")}`);
  return found[0]!;
}

/** `count` of them in their order, chosen by `killSeed`. */
export function seededSample<T>(all: readonly T[], count: number): T[] {
  const random = randomOf(killSeed);
  const drawn = all.map((_, index) => ({ index, order: random() })).toSorted((a, b) => a.order - b.order);
  const chosen = drawn.slice(0, count).map(({ index }) => index);
  return chosen.toSorted((a, b) => a - b).map((index) => all[index]!);
}

/** The first place inside a function of the script. */
export function firstIn(places: readonly string[], name: string): string {
  const found = places.find((place) => place.split(" ")[1] === name);
  if (found === undefined) throw new Error(`no kill point is in ${name}; there are:\n${places.join("\n")}`);
  return found;
}
