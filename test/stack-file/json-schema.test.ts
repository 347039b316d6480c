import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { stackFileJsonSchema, valuesSchema } from "../../components/stack-file/json-schema.ts";
import type { SchemaNode } from "../../components/stack-file/json-schema.ts";
import { laterKeys } from "../../components/stack-file/later-keys.ts";
import { nodesAt } from "../../components/stack-file/known-keys.ts";
import { schemaFiles } from "../../operations/schema-files.ts";

const folder = join(import.meta.dirname, "..", "..");

describe("what is generated from the schema", () => {
  it("is current: run `node --import tsx operations/schema.ts` when it is not", async () => {
    for (const { path, text } of await schemaFiles()) expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("says of every key what it means", () => {
    const silent = undescribed("rancher", valuesSchema);

    expect(silent).toEqual([]);
  });
});

/** Keys without a description; alternatives speak for themselves. */
function undescribed(key: string, node: SchemaNode): readonly string[] {
  const inside = [...(node.oneOf ?? []), ...(node.items === undefined ? [] : [node.items])].flatMap((one) =>
    undescribed(key, one),
  );
  const keys = Object.entries(node.properties ?? {}).flatMap(([name, property]) => [
    ...(property.description === undefined ? [`${key}.${name}`] : []),
    ...undescribed(`${key}.${name}`, property),
  ]);
  return [...inside, ...keys];
}

describe("stack.schema.json", () => {
  const validate = new Ajv({ strict: false, allErrors: true }).compile(stackFileJsonSchema());
  const good = parse(readFileSync(join(folder, "test", "stack-files", "good.yaml"), "utf8")) as { config: object };
  const withConfig = (change: object) => validate({ ...good, config: { ...good.config, ...change } });

  it("takes a good stack file, with Pulumi's own keys and other namespaces", () => {
    expect(validate(good)).toBe(true);
    expect(validate({ ...good, encryptionsalt: "v1:x", secretsprovider: "passphrase" })).toBe(true);
    expect(withConfig({ "kubernetes:context": "x", "rancher:replicas": 3 })).toBe(true);
  });

  it("takes the prod stack as it is", () => {
    expect(validate(parse(readFileSync(join(folder, "Pulumi.prod.yaml"), "utf8")))).toBe(true);
  });

  it("takes secret keys only sealed", () => {
    expect(withConfig({ "rancher:kubeconfig": { secure: "v1:x" } })).toBe(true);
    expect(withConfig({ "rancher:kubeconfig": "in clear" })).toBe(false);
  });

  it.each([
    [{ "rancher:hostnam": "x" }],
    [{ "rancher:version": 2.1 }],
    [{ "rancher:replicas": "three" }],
    [{ "rancher:tls": { source: "letsEncrypt" } }],
    [{ "rancher:tls": { source: "rancher", email: "x" } }],
    [{ "rancher:loadBalancer": { kind: "nginx", layer: 7, hosts: [] } }],
  ])("refuses %j", (change) => {
    expect(withConfig(change)).toBe(false);
  });
});

describe("keys kept for later parts", () => {
  it("are not there yet", () => {
    const there = [...laterKeys.keys()].filter((key) => nodesAt(key.split(".")).length > 0);

    expect(there).toEqual([]);
  });
});
