import { describe, expect, it } from "vitest";
import { assignments, link, linkToLibrary, shellFunctions, shellLibrary } from "../../../components/host/shell/link.ts";
import { parseShellFile, shellFile, shellFiles } from "../../../components/host/shell/shell-files.ts";

describe("a linked script", () => {
  it("has the functions it needs, however indirectly, its values and its commands, in this order", () => {
    const main = parseShellFile("# Does something.\n#\n# needs: place\n\nplace /etc/motd 0644 <<X\n$text\nX\n");

    const text = link({ main, values: { text: "hello" } });

    const order = ["say() {", "\nfail() {", "\nremember_line() {", "\nplace() {", "\ntext=hello", "\nplace /etc/motd"];
    const places = order.map((part) => text.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(text).not.toContain("register_undo");
  });

  it("has the comments of its commands, but not those of functions", () => {
    const text = link({ main: parseShellFile("# needs: apt\n\n# Twice.\napt update\n") });

    expect(text.match(/^ *#.*$/gm)).toEqual(["# Twice."]);
  });

  it("needs only functions that exist", () => {
    expect(() => shellFunctions("say", "sey")).toThrow("no shell file defines sey");
    expect(() => shellFile("host/nothing.sh")).toThrow("there is no shell file components/host/nothing.sh");
  });
});

describe("a script for a host with a library", () => {
  const later = { main: parseShellFile("# needs: say\n\nsay later\n") };

  it("has no function of another file, and uses the current library of the host", () => {
    const text = linkToLibrary({ main: parseShellFile("# needs: say\n\nsay now\n"), values: { one: 1 } });

    expect(text.split("\n").slice(1)).toEqual(['. "$state/library.sh"', "one=1", "say now", ""]);
    expect(text).toMatch(/^\[ -r "\$state\/library\.sh" \] \|\| /);
  });

  it("leaves it to the host which library a script for later uses", () => {
    const { main } = later;

    expect(linkToLibrary({ main, values: { undo_step: later } })).toContain(
      "<<'UNDO_STEP'\n. \"@@library@@\"\nsay later\nUNDO_STEP",
    );
    expect(link({ main, values: { undo_step: later } })).toContain("<<'UNDO_STEP'\nsay() {");
  });

  it("finds every function there that any script needs", () => {
    const { text, digest } = shellLibrary();
    const needed = [...shellFiles().values()].flatMap(({ needs }) => needs);

    expect(needed.filter((name) => !text.includes(`\n${name}() `) && !text.startsWith(`${name}() `))).toEqual([]);
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe("the delete script of a stack that exists", () => {
  // Pulumi's state keeps its text, and the library on the host may be newer. Never remove or rename one of these.
  const called = [
    ...["fail", "read_secrets", "run_undo"],
    ...["safe_folder", "take_local_lock", "timed", "use_gnu_forms", "use_local_tools"],
  ];

  it("finds every function that it calls in the current library", () => {
    const { text } = shellLibrary();

    expect(called.filter((name) => !new RegExp(`^${name}\\(\\) `, "m").test(text))).toEqual([]);
  });

  it("calls no other function", () => {
    const parts = ["preamble", "local-preamble", "as-user", "as-root", "run-undo"];
    const needs = parts.flatMap((part) => shellFile(`host/${part}.sh`).needs);

    expect([...new Set(needs)].sort()).toEqual(called.toSorted());
  });
});

describe("the values of a script", () => {
  it("are words, lists, yes or no, and nothing", () => {
    expect(assignments({ port: 80, ports: [80, 443], on: true, off: false, none: undefined, empty: "" })).toBe(
      "port=80\nports='80 443'\non=yes\noff=no\nnone=''\nempty=''",
    );
  });

  it("keep any text of one line as it is", () => {
    expect(assignments({ odd: 'it\'s $(a) `b` "c" \\' })).toBe(`odd='it'\\''s $(a) \`b\` "c" \\'`);
  });

  it("keep a text of several lines, line by line, whatever it contains", () => {
    expect(assignments({ text: "one\nTEXT\n$two" })).toBe("{ text=$(cat); } <<'TEXT_'\none\nTEXT\n$two\nTEXT_");
  });

  it("cannot have a name that is not a variable's", () => {
    expect(() => assignments({ "a b": 1 })).toThrow("a b cannot be the name of a shell variable");
  });
});
