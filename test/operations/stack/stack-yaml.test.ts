import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findStackFile, listSshHosts, readStackYaml } from "../../../operations/stack/stack-yaml.ts";
import { now } from "../../stack-files/stack-file-case.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stack-yaml-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("finding a stack file", () => {
  it("accepts a stack's name, or a path", () => {
    const path = written("Pulumi.prod.yaml", "config: {}\n");

    expect(findStackFile("prod", folder)).toEqual({ stack: "prod", path });
    expect(findStackFile(path)).toEqual({ stack: "prod", path });
    expect(findStackFile(written("mine.yaml", "config: {}\n"))).toMatchObject({ stack: "mine" });
  });

  it("names the existing stacks", () => {
    const alone = join(folder, "alone");
    mkdirSync(alone);
    writeFileSync(join(alone, "Pulumi.prod.yaml"), "config: {}\n");

    expect(() => findStackFile("prd", alone)).toThrow(
      /there is no stack prd: .*Pulumi\.prd\.yaml does not exist\. Did you mean prod\?/,
    );
    expect(() => findStackFile("quite-another", alone)).toThrow(/Stacks here: prod\./);
    expect(() => findStackFile("./absent.yaml")).toThrow(
      "./absent.yaml does not exist. Give a stack's name or the path of its file.",
    );
  });
});

describe("reading a stack file without an engine", () => {
  it("gives top-level scalars as the engine does", () => {
    const path = written(
      "scalars.yaml",
      "config:\n  rancher:a: 2.10\n  rancher:b: 3\n  rancher:c: true\n  rancher:d:\n  rancher:e: 2.15.2\n  rancher:f: [1, { x: 2 }]\n  g: y\n  kubernetes:h: z\n",
    );

    expect(readStackYaml(path, now).values).toEqual({
      a: "2.1",
      b: "3",
      c: "true",
      d: "",
      e: "2.15.2",
      f: [1, { x: 2 }],
      g: "y",
    });
  });

  it("leaves secrets encrypted", () => {
    const { values, secrets, sealed } = readStackYaml(
      written(
        "sealed.yaml",
        "config:\n  rancher:kubeconfig: { secure: v1:x }\n  rancher:tls: { a: { secure: v1:y } }\n",
      ),
      now,
    );

    expect({ values, secrets, sealed }).toEqual({
      values: { tls: { a: { secure: "v1:y" } } },
      secrets: {},
      sealed: ["kubeconfig"],
    });
  });

  it("reads files beside the stack file", () => {
    const { readFile } = readStackYaml(written("files.yaml", "config: {}\n"), now);

    expect(readFile("files.yaml")).toBe("config: {}\n");
    expect(readFile("absent")).toBeUndefined();
  });

  it.each([
    ["config:\n  rancher:a: [\n", /is not valid YAML: .* at line/],
    ["config:\n  rancher:a: 1\n  rancher:a: 2\n", /is not valid YAML: Map keys must be unique at line 3/],
    ["config:\n  rancher:a: *b\n", /is not valid YAML/],
    ["config: 1\n", /is not a stack file: it has no mapping named config\./],
    ["", /is not a stack file/],
  ])("rejects %j", (text, message) => {
    const path = written("wrong.yaml", text);

    expect(() => readStackYaml(path, now)).toThrow(message);
  });

  it("rejects an unreadable file", () => {
    expect(() => readStackYaml(folder, now)).toThrow(`${folder} is not a regular file.`);
  });

  it("lists its SSH hosts, as far as they can be read", () => {
    const path = written(
      "hosts.yaml",
      "config:\n  rancher:ssh: { port: 2222 }\n  rancher:loadBalancer: { hosts: [{ name: a, address: x }, { name: b, address: y, port: 22 }, { name: c }, 1] }\n",
    );

    expect(listSshHosts(path)).toEqual([
      { name: "a", address: "x", port: 2222 },
      { name: "b", address: "y", port: 22 },
    ]);
    const texts =
      'config: { rancher:ssh: { port: "2222" }, rancher:loadBalancer: { hosts: [{ name: a, address: x }, { name: b, address: y, port: "23" }] } }\n';
    expect(listSshHosts(written("texts.yaml", texts)).map(({ port }) => port)).toEqual([2222, 23]);
    const docker = "config: { rancher:docker: { host: { name: d, address: z, port: 2222 } } }\n";
    expect(listSshHosts(written("docker.yaml", docker))).toEqual([{ name: "d", address: "z", port: 2222 }]);
    expect(listSshHosts(written("local.yaml", "config: { rancher:docker: { host: local } }\n"))).toEqual([]);
    expect(listSshHosts(written("none.yaml", "config: { rancher:loadBalancer: x }\n"))).toEqual([]);
  });
});
