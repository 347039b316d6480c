import { nodeAt, type ValueTree } from "./value-tree.ts";

/** Template functions that do not read the keys of a map they are given. */
const plainFunctions = new Set(
  (
    "if else end and or not eq ne lt le gt ge true false nil default coalesce ternary empty required fail quote squote " +
    "print printf println trim trimAll trimSuffix trimPrefix lower upper title trunc replace indent nindent contains " +
    "hasPrefix hasSuffix regexMatch semverCompare int int64 float64 toString len b64enc sha256sum urlParse"
  ).split(" "),
);

/** Functions that take a map key as a text: `index .Values "a-b"`, `dig "a" "b" "" .Values`. */
const lookups = new Set(["index", "get", "hasKey", "dig", "pluck"]);

/**
 * Adds the values that a template mentions. If a map is passed to `toYaml`, `with`, `range`, `include`, a variable or
 * any other function that is not plain, its use is not followed, and any key is accepted in it.
 */
export function addTemplateValues(tree: ValueTree, text: string): void {
  for (const path of mentions(text)) nodeAt(tree, path);
  for (const [, action = ""] of text.matchAll(/\{\{-?([\s\S]*?)-?\}\}/g)) {
    if (action.trim().startsWith("/*")) continue;
    const strings: string[] = [];
    const code = withoutNilSafety(action).replace(/"((?:[^"\\\n]|\\.)*)"|`([^`]*)`/g, (_, quoted, raw) => {
      strings.push(String(quoted ?? raw));
      return '""';
    });
    const special = (code.match(/(?<![.$\w])[A-Za-z]\w*/g) ?? []).filter((word) => !plainFunctions.has(word));
    const assigns = /\$\w+\s*:?=/.test(code);
    if (special.length === 0 && !assigns) continue;
    for (const path of mentions(code)) nodeAt(tree, path).open = true;
    if (!/\.Values(?![.\w])/.test(code)) continue;
    if (assigns || strings.length === 0 || !special.every((word) => lookups.has(word))) tree.open = true;
    for (const key of strings) nodeAt(tree, [key]).open = true;
  }
}

function mentions(text: string): readonly (readonly string[])[] {
  return [...withoutNilSafety(text).matchAll(/\.Values((?:\.[A-Za-z_]\w*)+)/g)].map(([, path = ""]) =>
    path.slice(1).split("."),
  );
}

/** `((.Values.a).b).c`, which is empty if a is missing, as `.Values.a.b.c`. */
function withoutNilSafety(text: string): string {
  const plain = text.replace(/\(\s*(\$?\w*(?:\.\w+)*\.Values(?:\.\w+)*)\s*\)(?=\.\w)/g, "$1");
  return plain === text ? text : withoutNilSafety(plain);
}
