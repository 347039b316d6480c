import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type * as script from "../../components/host/script.ts";
import { shells } from "../support/scripts/plain-machine.ts";
import { innerScript, singleNodeScripts } from "../support/scripts/single-node-scripts.ts";

/** What a Mac lacks or has in another form, and how its shell differs from others: see `local-preamble.sh`. */
const strange: Readonly<Record<string, RegExp>> = {
  "a lock of Linux": /\bflock\b|\/run\/rancher-stack/,
  "systemd, but for taking away what is there": /^\s*systemctl (-q )?(enable|start|restart|reload) (?!"\$@")/, // start_units is there for hosts with a timer
  "sed in place": /\bsed -[a-zA-Z]*i/,
  "the builtin command, whose failure ends a script in bash 3.2": /\bcommand (?!-v\b)[a-z]/,
  "an option of GNU's stat, readlink, cp or date": /\bstat -c|\breadlink -[fem]\b|--reflink|\bdate [^|;)]*%N/,
  "an option of GNU's other tools":
    /\bfind [^|;]*-printf|\bgrep -[a-zA-Z]*P|\bxargs -r|\btouch -d|\bdu -[a-z]*b|\bdf -B|(^|[;&|({]\s*)(cp|mv|ln|ls|sort|head|tail|tar|du|df|grep|sed) --[a-z]/m,
  "a case inside a substitution, at whose pattern bash 3.2 ends it": /\$\([^)]*\bcase .* in\b/,
  "a tool of Linux": /(^|[;&|(]\s*)(ss|ip|nproc|getent|setsid|tac|realpath|numfmt) /m,
  root: /\bsudo\b/,
};

const auditLog = { level: 1, maxAge: 10, maxBackups: 10, maxSize: 100 } as const;
const variants = [{}, { restore: "rancher-2.15.2-20261101T000000Z", auditLog }, { adopt: "old" }];

// With their functions in their own text, which are all in one library otherwise.
vi.mock("../../components/host/script.ts", async (load) => {
  const original = await load<typeof script>();
  return { ...original, renderShortScript: original.renderScript };
});

let scripts: Map<string, string>;
beforeAll(async () => {
  scripts = await singleNodeScripts(...variants);
});

describe("the scripts of a stack on this machine", () => {
  it("are complete, each with the preamble except one that only prints a file", () => {
    const names = new Set([...scripts.keys()].map((key) => key.split(" ")[0]));
    const bare = [...scripts].filter(([, text]) => innerScript(text) === undefined).map(([name]) => name.split(" ")[0]);
    expect([...new Set(bare)]).toEqual(["local-generated-authority-script"]);

    expect([...names].sort()).toEqual([
      "local-base-script",
      "local-docker-host-script",
      "local-generated-authority-script",
      "local-generated-certificate-script",
      "local-nginx-container-script",
      "local-rancher-data-script",
      "local-rancher-ready-script",
    ]);
  });

  it.each(Object.entries(shells))("parse with %s", (_, [program = "", ...options]) => {
    const unread = [...scripts].flatMap(([name, text]) => {
      const { status, stderr } = spawnSync(program, [...options, "-n", "-c", text], { encoding: "utf8" });
      const inner = spawnSync(program, [...options, "-n", "-c", innerScript(text) ?? ""], { encoding: "utf8" });
      return status === 0 && inner.status === 0 ? [] : [`${name}: ${stderr}${inner.stderr}`];
    });

    expect(unread).toEqual([]);
  });

  it.each(Object.entries(strange))("do not use %s", (_, pattern) => {
    const found = [...scripts].flatMap(([name, text]) =>
      text
        .split("\n")
        .filter((line) => !/^\s*#/.test(line) && pattern.test(withoutOutput(line)))
        .map((line) => `${name}: ${line.trim()}`),
    );

    expect([...new Set(found)]).toEqual([]);
  });

  it("use GNU forms only with replacements for a Mac's tools", () => {
    const users = [...scripts.values()].filter((text) => /\bsort -V|\bmv -fT|\bhead -n "?-|\bdate -d/.test(text));

    expect(users.length).toBeGreaterThan(0);
    for (const text of users) expect(text).toMatch(/^use_gnu_forms$/m);
  });
});

/** A line without its output text, which may name any tool. */
function withoutOutput(line: string): string {
  return line.replace(/\b(fail \d+|say|warn) "(\\.|[^"\\])*"/g, "");
}
