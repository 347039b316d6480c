import { accessRules } from "./access-rules.ts";
import { expressionRules } from "./expression-rules.ts";
import { headerRules } from "./header-rules.ts";
import { parseNginx, statements } from "./parse.ts";
import { proxyRules } from "./proxy-rules.ts";
import type { Finding, Rule } from "./rule.ts";
import { tlsRules } from "./tls-rules.ts";

/**
 * The warnings of gixy and Gixy-Next, reimplemented for this project, and two rules of its own: no expressions, and no
 * unverified HTTPS to an upstream. https://gixy.io/plugins/
 */
export const rules: readonly Rule[] = [...headerRules, ...accessRules, ...proxyRules, ...tlsRules, ...expressionRules];

/** All findings in a configuration, in the order of its lines. */
export function lint(text: string): Finding[] {
  const file = parseNginx(text);
  const all = statements(file);
  return rules
    .flatMap(({ name, at, look }) => {
      const places = at.length === 0 ? [file] : all.filter((one) => at.includes(one.name));
      return places.flatMap((one) => {
        const why = look(one, file);
        return why === undefined ? [] : [{ rule: name, line: one.line, why }];
      });
    })
    .sort((one, other) => one.line - other.line);
}
