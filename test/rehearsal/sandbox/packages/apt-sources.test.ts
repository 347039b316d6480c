import { describe, expect, it } from "vitest";
import { aptSourcesFor } from "../../../../rehearsal/sandbox/packages/apt-sources.ts";

const targets = `Packages|Debian|Debian|http://mirror.example/debian/
Translations|Debian|Debian|http://mirror.example/debian/
Packages|Other|Other|http://other.example/
Packages|Debian|Debian-Security|http://mirror.example/security/
`;
const dump = `Acquire::http::Proxy "http://proxy.example:3128";
Acquire::https::Proxy "";
Acquire::Retries "3";
`;

describe("a host's apt sources", () => {
  it("are this machine's, with the suite's own updates and security fixes", () => {
    expect(aptSourcesFor("trixie", targets, dump)).toEqual({
      entries: [
        "deb http://mirror.example/debian/ trixie main",
        "deb http://mirror.example/debian/ trixie-updates main",
        "deb http://mirror.example/security/ trixie-security main",
      ],
      settings: ['Acquire::http::Proxy "http://proxy.example:3128";', 'Acquire::Languages "none";'],
    });
  });

  it("have neither updates nor security fixes for sid, and accept outdated lists there", () => {
    const sid = aptSourcesFor("sid", targets, "");

    expect(sid.entries).toEqual(["deb http://mirror.example/debian/ sid main"]);
    expect(sid.settings).toContain('Acquire::Check-Valid-Until "false";');
  });

  it("have no security fixes if the machine has no source for them", () => {
    const [main = ""] = targets.split("\n");

    expect(aptSourcesFor("bookworm", main, "").entries).toHaveLength(2);
  });

  it("are undefined on a machine whose apt has no Debian", () => {
    expect(() => aptSourcesFor("bookworm", "Packages|Other|Other|http://other.example/", "")).toThrow(
      "this machine's apt has no package list of Debian, from which the rehearsal's hosts are created. " +
        "Run apt-get update on a Debian machine.",
    );
  });
});
