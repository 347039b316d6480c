import { around, inBlock, inForce, type Statement } from "./parse.ts";
import { rule, type Rule } from "./rule.ts";

/** Variables that hold a decoded address: a line break in it becomes one in a header. */
const decoded = /\$\{?(uri|document_uri)\b/;
/** Variables that a client controls. */
const clients = /\$\{?(http_|arg_|cookie_|args\b|query_string\b)/;

export const headerRules: readonly Rule[] = [
  rule("add_header_content_type", "add_header", ({ args }) =>
    args[0]?.toLowerCase() === "content-type" ? "Content-Type is set with add_header; use default_type" : undefined,
  ),
  rule("add_header_multiline", "add_header", ({ args }) =>
    args[1]?.includes("\n") === true ? "a header has one line" : undefined,
  ),
  rule("add_header_redefinition", ["server", "location", "if"], (block) => dropped(block, "add_header")),
  rule("proxy_set_header_redefinition", ["server", "location", "if"], (block) => dropped(block, "proxy_set_header")),
  rule("host_spoofing", "proxy_set_header", ({ args: [name = "", value = ""] }) =>
    name.toLowerCase() === "host" && clients.test(value) ? `the client chooses ${value}` : undefined,
  ),
  rule("http_splitting", ["return", "rewrite", "add_header", "proxy_set_header", "proxy_pass"], (one) => {
    const value = (one.name === "proxy_pass" ? one.args[0] : one.args[1]) ?? "";
    if (decoded.test(value)) return `${value} may hold a line break`;
    const captured = /\$(\d)/.exec(value);
    const regex = around(one).find(({ name, args }) => name === "location" && args[0]?.startsWith("~") === true);
    // A negated class or \s may match line breaks.
    return captured !== null && /\[\^(?![^\]]*\\[ns])|\\s|\\W/.test(regex?.args[1] ?? "")
      ? `$${captured[1]} may hold a line break`
      : undefined;
  }),
  rule("version_disclosure", "server_tokens", ({ args }) =>
    args[0] === "on" || args[0] === "build" ? "tells the version of nginx" : undefined,
  ),
  rule("valid_referers", "valid_referers", ({ args }) =>
    args.includes("none") ? "a request without a referrer is taken for a good one" : undefined,
  ),
];

/** Headers of the surrounding blocks that one line here cancels. */
function dropped(block: Statement, name: string): string | undefined {
  const own = headers(inBlock(block, name));
  if (own.length === 0 || block.parent === undefined) return undefined;
  const lost = headers(inForce(block.parent, name)).filter((header) => !own.includes(header));
  return lost.length === 0 ? undefined : `cancels ${lost.join(", ")} of the blocks around it`;
}

function headers(of: readonly Statement[]): string[] {
  return of.map(({ args }) => (args[0] ?? "").toLowerCase());
}
