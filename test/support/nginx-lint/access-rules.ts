import { inBlock, inForce, statements, type Statement } from "./parse.ts";
import { fileRule, rule, type Rule } from "./rule.ts";

export const accessRules: readonly Rule[] = [
  rule("allow_without_deny", "allow", (one) =>
    one.args[0] !== "all" && siblings(one, "deny").length === 0 ? "nobody is denied" : undefined,
  ),
  rule("return_bypasses_allow_deny", ["allow", "deny"], ({ parent }) =>
    parent !== undefined && reachable(parent).some(answersEarly)
      ? "return answers before access is looked at"
      : undefined,
  ),
  rule("status_page_exposed", "stub_status", (one) => {
    const allowed = siblings(one, "allow").some(({ args }) => args[0] !== "all");
    const denied = siblings(one, "deny").some(({ args }) => args[0] === "all");
    return allowed && denied ? undefined : "anybody may read the counters";
  }),
  fileRule("default_server_flag", (file) => {
    const shared = new Map<string, boolean[]>();
    for (const one of statements(file).filter(({ name }) => name === "listen")) {
      const module = one.parent?.parent?.name ?? "";
      const key = `${module} ${socket(one.args[0] ?? "")}`;
      const isDefault = one.args.includes("default_server") || one.args.includes("default");
      shared.set(key, [...(shared.get(key) ?? []), isDefault]);
    }
    const unclear = [...shared].filter(([, flags]) => flags.length > 1 && !flags.includes(true));
    return unclear.length === 0 ? undefined : `no default_server for ${unclear.map(([key]) => key).join(", ")}`;
  }),
  rule("http2_misdirected_request", "server", (server) => {
    const rejects = inBlock(server, "ssl_reject_handshake").some(({ args }) => args[0] === "on");
    const listens = inBlock(server, "listen");
    const http2 =
      inForce(server, "http2").some(({ args }) => args[0] === "on") ||
      listens.some(({ args }) => args.includes("http2"));
    if (!rejects || !http2 || !listens.some(({ args }) => args.includes("default_server"))) return undefined;
    const refuses = inBlock(server, "location").some(
      (location) => location.args[0] === "/" && inBlock(location, "return").some(({ args }) => args[0] === "421"),
    );
    return refuses ? undefined : "a second name over an open connection is not refused with 421";
  }),
  rule("alias_traversal", "alias", ({ parent }) => {
    const path = prefix(parent);
    return path === undefined || path.endsWith("/") ? undefined : `${path}../ leads out of the folder`;
  }),
  rule("filesystem_root_exposure", ["root", "alias"], ({ args }) =>
    /^\/[./]*$/.test(args[0] ?? "") ? "all files of the machine" : undefined,
  ),
  rule("try_files_is_evil_too", "try_files", (one) =>
    one.parent !== undefined && inForce(one.parent, "open_file_cache").some(({ args }) => args[0] !== "off")
      ? undefined
      : "looks at the disk for every request, without open_file_cache",
  ),
  rule("if_is_evil", "if", (one) => {
    if (one.parent?.name !== "location") return undefined;
    const safe = ({ name, args }: Statement): boolean =>
      name === "return" || (name === "rewrite" && args.at(-1) === "last");
    return one.block?.every(safe) === true ? undefined : "if in a location does more than return";
  }),
];

function siblings(one: Statement, name: string): Statement[] {
  return one.parent === undefined ? [] : inBlock(one.parent, name);
}

/** Statements below a block that an outside request can reach. */
function reachable(block: Statement): Statement[] {
  return (block.block ?? []).flatMap((one) => {
    const internal =
      one.name === "location" && (one.args[0]?.startsWith("@") === true || inBlock(one, "internal").length > 0);
    return internal ? [] : [one, ...reachable(one)];
  });
}

function answersEarly({ name, args }: Statement): boolean {
  return name === "return" || (name === "rewrite" && ["permanent", "redirect"].includes(args[2] ?? ""));
}

/** `443`, `*:443` and `0.0.0.0:443` are one socket. */
function socket(address: string): string {
  const [, host = "*", port = "80"] = /^(?:(\[.*\]|[^:]*):)?(\d+)$/.exec(address) ?? [address, address];
  return `${host === "" || host === "0.0.0.0" ? "*" : host}:${port}`;
}

/** Path of a location that matches by prefix. */
function prefix(location: Statement | undefined): string | undefined {
  if (location?.name !== "location") return undefined;
  const [first = "", second] = location.args;
  if (second === undefined) return first;
  return first === "^~" ? second : undefined;
}
