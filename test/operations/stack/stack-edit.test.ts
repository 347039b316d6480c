import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { editStack, type StackEdit } from "../../../operations/stack/stack-edit.ts";

const file = `# yaml-language-server: $schema=./stack.schema.json
# Ours, since 2024.
encryptionsalt: v1:abc=

config:
  rancher:mode: single-node
  rancher:hostname: rancher.localhost
  rancher:version: 2.15.2                # Rancher; the image follows
  rancher:docker:
    host: local      # this machine

    memory: 8g
  rancher:tls: { source:   generated }
`;
const version: StackEdit = { path: ["version"], value: "2.14.3" };
const restore: StackEdit = { path: ["docker", "restore"], value: "rancher-2.14.3-20261121T030000Z.tar.gz" };

describe("an edited stack file", () => {
  it("keeps every other byte", () => {
    const edited = editStack(file, [version, restore]);

    expect(edited).toBe(
      file
        .replace("2.15.2 ", "2.14.3 ")
        .replace("    host: local", "    restore: rancher-2.14.3-20261121T030000Z.tar.gz\n    host: local"),
    );
  });

  it.each<[string, string, StackEdit, string]>([
    [
      "a value in place",
      "config:\n  rancher:docker: { restore: a, host: local } # b\n",
      { path: ["docker", "restore"], value: "c" },
      "config:\n  rancher:docker: { restore: c, host: local } # b\n",
    ],
    [
      "a key into braces",
      "config:\n  rancher:docker: { host: local } # b\n",
      restore,
      `config:\n  rancher:docker: { restore: ${restore.value}, host: local } # b\n`,
    ],
    [
      "a key into empty braces",
      "config:\n  rancher:docker: {}\n",
      restore,
      `config:\n  rancher:docker: { restore: ${restore.value} }\n`,
    ],
    [
      "a mapping that was not there",
      "config:\n  # mine\n  rancher:mode: single-node\n",
      restore,
      `config:\n  # mine\n  rancher:mode: single-node\n  rancher:docker:\n    restore: ${restore.value}\n`,
    ],
    ["a key without a namespace", "config:\n  version: 2.15.2\n", version, "config:\n  version: 2.14.3\n"],
    [
      "a quoted version",
      'config:\n  rancher:version: "2.15.2" # why\n',
      version,
      "config:\n  rancher:version: 2.14.3 # why\n",
    ],
    [
      "a version that was the default",
      "config:\n  rancher:mode: single-node\n",
      version,
      "config:\n  rancher:mode: single-node\n  rancher:version: 2.14.3\n",
    ],
  ])("gets %s", (_, before, edit, after) => {
    expect(editStack(before, [edit])).toBe(after);
  });

  it("loses a removed key with its line alone, and nothing if it does not have the key", () => {
    const adopt: StackEdit = { path: ["docker", "adopt"], value: undefined };
    const with_ = file.replace("    memory: 8g\n", "    memory: 8g # much\n    adopt: old # by hand\n");

    expect(editStack(with_, [adopt])).toBe(with_.replace("    adopt: old # by hand\n", ""));
    expect(editStack(file, [adopt])).toBe(file);
    expect(parse(editStack("config:\n  rancher:docker: { adopt: old }\n", [adopt]))).toEqual({
      config: { "rancher:docker": {} },
    });
    expect(editStack("config:\n  # nothing\n  rancher:mode: x\n", [adopt])).toBe(
      "config:\n  # nothing\n  rancher:mode: x\n",
    );
  });

  it("keeps comments even if the library rewrites it", () => {
    const edited = editStack("# top\nconfig: { rancher:docker: { adopt: old, memory: 8g } } # end\n", [
      { path: ["docker", "adopt"], value: undefined },
    ]);

    expect(edited).toContain("# top");
    expect(edited).toContain("# end");
    expect(parse(edited)).toEqual({ config: { "rancher:docker": { memory: "8g" } } });
  });

  it("is rewritten by the library if inserting one value would break it", () => {
    const block = "config:\n  rancher:version: |\n    2.15.2\n  rancher:mode: single-node # one\n";

    const edited = editStack(block, [version]);

    expect(parse(edited)).toEqual({ config: { "rancher:version": "2.14.3", "rancher:mode": "single-node" } });
    expect(edited).toContain("# one");
  });

  it("quotes a version that YAML would not read as text", () => {
    expect(parse(editStack("config:\n  a: b\n", [{ path: ["docker", "adopt"], value: "2024" }]))).toEqual({
      config: { a: "b", "rancher:docker": { adopt: "2024" } },
    });
  });

  it("must be a stack file", () => {
    expect(() => editStack("hello: world\n", [version])).toThrow("no mapping named config");
  });
});
