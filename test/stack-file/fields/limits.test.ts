import { describe, expect, it } from "vitest";
import { readSettings } from "../../../components/stack-file/stack-file.ts";
import { stackFileJsonSchema } from "../../../components/stack-file/json-schema.ts";
import { limits } from "../../../components/stack-file/fields/limits.ts";
import { goodSingleNode, goodSource, linesOf } from "../../stack-files/stack-file-case.ts";

interface Node {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly propertyNames?: Node;
  readonly items?: Node;
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
}

/** Places of a schema that accept a value of any size. */
function unbounded(place: string, node: Node): readonly string[] {
  const { additionalProperties: others, propertyNames: names } = node;
  const types = [node.type].flat();
  const isChoice = node.const !== undefined || node.enum !== undefined;
  const isMap = typeof others === "object";
  return [
    ...(types.includes("string") && !isChoice && node.maxLength === undefined ? [`text ${place}`] : []),
    ...(types.includes("array") && node.maxItems === undefined ? [`list ${place}`] : []),
    ...(isMap && node.maxProperties === undefined ? [`mapping ${place}`] : []),
    ...(names === undefined ? [] : unbounded(`${place}.<key>`, names)),
    ...(isMap ? unbounded(`${place}.*`, others) : []),
    ...(node.items === undefined ? [] : unbounded(`${place}[]`, node.items)),
    ...[...(node.oneOf ?? []), ...(node.anyOf ?? [])].flatMap((one) => unbounded(place, one)),
    ...Object.entries(node.properties ?? {}).flatMap(([name, inner]) => unbounded(`${place}.${name}`, inner)),
  ];
}

describe("every value of a stack file", () => {
  const { properties } = stackFileJsonSchema() as {
    properties: { config: { then: Node; else: Node } };
  };

  it("has a limit", () => {
    const { then: singleNode, else: cluster } = properties.config;

    expect([...unbounded("single node", singleNode), ...unbounded("cluster", cluster)]).toEqual([]);
  });

  it("and a text, list or mapping without one is found", () => {
    const open = { type: "object", additionalProperties: { type: "array", items: { type: "string" } } };

    expect(unbounded("x", open)).toEqual(["mapping x", "list x.*", "text x.*[]"]);
  });
});

describe("a value that is too large", () => {
  const changed = (change: object) => linesOf({ ...goodSource(), values: { ...goodSource().values, ...change } });
  const nested = (docker: object) => linesOf({ ...goodSingleNode(), values: { ...goodSingleNode().values, docker } });

  it("is reported with its key and the limit", () => {
    expect(changed({ hostname: "a".repeat(1025) })).toEqual([
      "rancher:hostname is 1025 characters long. Write 1024 at most.",
    ]);
    expect(changed({ tls: { source: "secret", certificate: "-----BEGIN".repeat(7000) } })).toContain(
      "rancher:tls.certificate is 70000 characters long. Write 65536 at most.",
    );
    expect(nested({ host: "local", environment: { LARGE: "x".repeat(8193) } })).toEqual([
      "rancher:docker.environment.LARGE is 8193 characters long. Write 8192 at most.",
    ]);
    expect(changed({ chartValues: { note: "x".repeat(131_073) } })).toEqual([
      "rancher:chartValues.note is 131073 characters long. Write 131072 at most.",
    ]);
  });

  it("is reported if it is a list or a mapping, too", () => {
    const many = Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`key${index}`, index]));

    expect(changed({ chartValues: { deep: many } })).toEqual([
      "rancher:chartValues.deep has 257 keys. Write 256 at most.",
    ]);
    expect(nested({ host: "local", arguments: Array.from({ length: 257 }, () => "--debug") })).toEqual([
      "rancher:docker.arguments has 257 entries. Write 256 at most.",
    ]);
    expect(changed(many)).toEqual([expect.stringMatching(/^rancher:\* has \d+ keys\. Write 256 at most\.$/)]);
  });

  it("is reported if YAML's anchors make a short text a huge value", () => {
    const ten = (value: unknown) => Array.from({ length: 10 }, () => value);

    expect(changed({ chartValues: { bomb: ten(ten(ten(ten(ten(ten(ten("x"))))))) } })).toEqual([
      "rancher:chartValues holds more than 5000 values. Make it smaller.",
    ]);
  });

  it("is reported up to a hundred times, and further ones are counted", () => {
    const servers = Array.from({ length: 250 }, () => ({ name: "A", address: "" }));

    const read = readSettings({
      ...goodSource(),
      values: { ...goodSource().values, cluster: { distribution: "existing", servers } },
    });

    const problems = "problems" in read ? read.problems : [];
    expect(problems).toHaveLength(limits.problems + 1);
    expect(problems.at(-1)).toEqual({
      key: "rancher:*",
      message: expect.stringMatching(/^has \d+ more problems\. Correct the ones above, then check again\.$/) as string,
    });
  });

  it("is processed quickly, however many unknown keys it has", () => {
    const odd = () => Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`kee${index}`, 1]));
    const servers = Array.from({ length: 24 }, odd);
    const started = process.cpuUsage();

    changed({ cluster: { distribution: "existing", servers }, ssh: odd(), certManager: odd(), loadBalancer: odd() });

    expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
  });
});
