import { inBlock, type Statement } from "./parse.ts";
import { rule, type Rule } from "./rule.ts";

/** Statements that take regular expressions. */
const places = ["location", "server_name", "if", "rewrite", "map"];

export const expressionRules: readonly Rule[] = [
  rule("no_expressions", places, (one) =>
    one.name === "rewrite" || expressions(one).length > 0 ? "nginx's worst defects were in expressions" : undefined,
  ),
  rule("invalid_regex", places, (one) => {
    const wrong = expressions(one).find((expression) => !compiles(expression));
    if (wrong !== undefined) return `${wrong} does not compile`;
    const groups = captures(one.args[0] ?? "").length;
    const asked = one.name === "rewrite" ? numbers(one.args[1] ?? "") : [];
    return asked.some((number) => number > groups) ? `there are ${groups} groups only` : undefined;
  }),
  rule("regex_redos", places, (one) => {
    const slow = expressions(one).find((expression) => /\([^()]*[+*][^()]*\)[+*{]/.test(expression));
    return slow === undefined ? undefined : `${slow} may take forever`;
  }),
  rule("unnamed_groups", "rewrite", ({ args, parent, line }) => {
    if (args[1]?.includes("?") !== true || parent === undefined) return undefined;
    const after = inBlock(parent, "set").filter((one) => one.line >= line && numbers(one.args[1] ?? "").length > 0);
    return after.length === 0 ? undefined : "set takes a group after a rewrite with ? (CVE-2026-42945)";
  }),
  rule("overlapping_captures", "rewrite", ({ args: [expression = "", replacement = "", flag = ""] }) => {
    const used = [...new Set(numbers(replacement))];
    const escapes = /^https?:|\?./.test(replacement) || flag === "redirect" || flag === "permanent";
    if (!escapes || /\$\{?[a-z_]/i.test(replacement)) return undefined;
    const groups = captures(expression);
    const nested = used.some((outer) =>
      used.some((inner) => {
        const [around, within] = [groups[outer - 1], groups[inner - 1]];
        return around !== undefined && within !== undefined && around[0] < within[0] && within[1] < around[1];
      }),
    );
    return nested ? "takes a group and one within it (CVE-2026-9256)" : undefined;
  }),
  rule("origins", "if", ({ args }) => {
    const [variable = "", operator = "", value = ""] = args.map((arg) => arg.replace(/^\(|\)$/g, ""));
    if (!/^\$http_(origin|referer)$/.test(variable) || !/^!?~\*?$/.test(operator) || !compiles(value)) return undefined;
    const expression = new RegExp(value, "i");
    const strangers = probes(value).filter((origin) => expression.test(origin));
    return strangers.length === 0 ? undefined : `${strangers[0]} passes`;
  }),
];

/** Regular expressions in a statement, without nginx's own marks. */
function expressions(one: Statement): string[] {
  switch (one.name) {
    case "location":
      return /^~\*?$/.test(one.args[0] ?? "") ? [one.args[1] ?? ""] : [];
    case "server_name":
      return one.args.filter((name) => name.startsWith("~")).map((name) => name.slice(1));
    case "map":
      return (one.block ?? []).filter(({ name }) => name.startsWith("~")).map(({ name }) => name.replace(/^~\*?/, ""));
    case "if":
      return /^!?~\*?$/.test(one.args[1] ?? "") ? [(one.args[2] ?? "").replace(/\)$/, "")] : [];
    default:
      return [one.args[0] ?? ""];
  }
}

function compiles(expression: string): boolean {
  try {
    new RegExp(expression);
    return true;
  } catch {
    return false;
  }
}

function numbers(text: string): number[] {
  return [...text.matchAll(/\$(\d)/g)].map(([, digit]) => Number(digit));
}

/** Where each capturing group begins and ends. */
function captures(expression: string): [number, number][] {
  const groups: [number, number][] = [];
  const open: ([number, number] | undefined)[] = [];
  for (let at = 0; at < expression.length; at++) {
    if (expression[at] === "\\") at++;
    else if (expression[at] === "(") {
      const captured = expression[at + 1] !== "?" || /^\(\?P?<[^=!]/.test(expression.slice(at));
      const group: [number, number] | undefined = captured ? [at, at] : undefined;
      if (group !== undefined) groups.push(group);
      open.push(group);
    } else if (expression[at] === ")") {
      const group = open.pop();
      if (group !== undefined) group[1] = at;
    }
  }
  return groups;
}

/** Foreign origins that a loose expression accepts: the allowed name in the middle, or any letter for a dot. */
function probes(expression: string): string[] {
  const friend = expression.replace(/[\^$]|\\\/|:\/\/|https\?|https?|\(.*?\)\??/g, "").replaceAll("\\.", ".");
  const name = friend.replace(/[^\w.-]/g, "");
  return [`https://${name}.evil.example`, `https://evil.example/${name}`, `https://${name.replaceAll(".", "x")}`];
}
