import { expect, it } from "vitest";
import { pruned } from "../../../../rehearsal/sandbox/packages/package-lists.ts";

const stanza = (name: string, fields: Readonly<Record<string, string>> = {}) =>
  [`Package: ${name}`, ...Object.entries(fields).map(([field, value]) => `${field}: ${value}`)].join("\n") + "\n\n";
const names = (list: string | undefined) => [...(list ?? "").matchAll(/^Package: (.*)$/gm)].map(([, name]) => name);

it("keeps a package, its dependencies and their providers, and every list's version of them", () => {
  const main = [
    stanza("nginx", { Depends: "libc6 (>= 2.28), nginx-common (= 1.22) | nginx-light:any", Recommends: "ssl-cert" }),
    stanza("libc6"),
    stanza("nginx-common", { "Pre-Depends": "debconf-2.0" }),
    stanza("nginx-light"),
    stanza("ssl-cert"),
    stanza("debconf", { Provides: "debconf-2.0 (= 1.0)" }),
    stanza("libc6-dev", { Depends: "libc6", Description: "needs nginx: no" }),
  ].join("");
  const security = stanza("nginx", { Version: "2" }) + stanza("apache2");

  const [keptMain, keptSecurity] = pruned([main, security], ["nginx", "no-such-package"]);

  expect(names(keptMain)).toEqual(["nginx", "libc6", "nginx-common", "nginx-light", "debconf"]);
  expect(keptSecurity).toBe(stanza("nginx", { Version: "2" }));
});

it("keeps the order and text of the entries, and terminates if packages depend on each other", () => {
  const list = stanza("b", { Depends: "a" }) + stanza("a", { Depends: "b" });
  expect(pruned([list], ["a"])).toEqual([list]);
});
