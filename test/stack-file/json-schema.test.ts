import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { modeSchemas } from "../../components/stack-file/mode-schemas.ts";
import { stackFileJsonSchema } from "../../components/stack-file/json-schema.ts";
import type { SchemaNode } from "../../components/stack-file/reading/schema-node.ts";
import { reservedKeys } from "../../components/stack-file/reading/reserved-keys.ts";
import { nodesAt } from "../../components/stack-file/reading/known-keys.ts";
import { schemaFiles } from "../../operations/report/schema-files.ts";

const host = { name: "lb-1", address: "192.0.2.10", hostKey: "ssh-ed25519 AAAA..." };

const folder = join(import.meta.dirname, "..", "..");

describe("what is generated from the schema", () => {
  it("is current: run `npm run schema` when it is not", async () => {
    for (const { path, text } of await schemaFiles()) expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("has a description for every key", () => {
    const silent = Object.values(modeSchemas).flatMap(({ nodes }) => undescribed("rancher", nodes));

    expect(silent).toEqual([]);
  });
});

/** Keys without a description. Alternatives need none. */
function undescribed(key: string, node: SchemaNode): readonly string[] {
  const inside = [...(node.oneOf ?? node.anyOf ?? []), ...(node.items === undefined ? [] : [node.items])].flatMap(
    (one) => undescribed(key, one),
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

  it("accepts a good stack file, with Pulumi's own keys and other namespaces", () => {
    expect(validate(good)).toBe(true);
    expect(validate({ ...good, encryptionsalt: "v1:x", secretsprovider: "passphrase" })).toBe(true);
    expect(withConfig({ "kubernetes:context": "x", "rancher:replicas": 3 })).toBe(true);
  });

  it.each(["prod", "dev"])("accepts the %s stack as it is", (stack) => {
    expect(validate(parse(readFileSync(join(folder, `Pulumi.${stack}.yaml`), "utf8")))).toBe(true);
  });

  const withSingleNode = (change: object) =>
    validate({ config: { "rancher:mode": "single-node", "rancher:hostname": "rancher.localhost", ...change } });

  it.each([
    [{}],
    [{ "rancher:docker": { host: "local", cpus: 1.5 } }],
    [{ "rancher:docker": { host: { name: "a", address: "192.0.2.20" }, engine: "install" } }],
    [{ "rancher:loadBalancer": { kind: "none" }, "rancher:tls": { source: "rancher" } }],
    [{ "rancher:loadBalancer": { kind: "nginx", runAs: "host", nginx: { gzip: true } } }],
    [{ "rancher:bootstrapPassword": { secure: "v1:x" } }],
  ])("accepts a single node with %j", (change) => {
    expect(withSingleNode(change)).toBe(true);
  });

  it.each([
    [{ "rancher:dockr": {} }],
    [{ "rancher:docker": { host: "remote" } }],
    [{ "rancher:docker": { backup: { kep: 3 } } }],
    [{ "rancher:cluster": { distribution: "existing" } }],
    [{ "rancher:kubeconfig": { secure: "v1:x" } }],
    [{ "rancher:loadBalancer": { kind: "nginx", layer: 4 } }],
    [{ "rancher:loadBalancer": { kind: "haproxy" } }],
    [{ "rancher:tls": { source: "letsEncrypt", email: "ops@example.com" } }],
  ])("rejects a single node with %j", (change) => {
    expect(withSingleNode(change)).toBe(false);
  });

  it.each([
    [{ kind: "nginx", layer: 7, hosts: [host], nginx: { hsts: false }, runAs: "container" }],
    [{ kind: "nginx", hosts: [host], nginx: { hsts: { maxAge: 0 } }, ports: { http: 8080 } }],
    [{ kind: "haproxy", hosts: [host], timeouts: { connect: 3 }, floatingAddress: { address: "192.0.2.9" } }],
  ])("accepts the load balancer %j", (loadBalancer) => {
    expect(withConfig({ "rancher:loadBalancer": loadBalancer })).toBe(true);
  });

  it.each(["certificates/a.pem", { onHost: "/etc/ssl/a.pem" }])("accepts a certificate from %j", (certificate) => {
    expect(withConfig({ "rancher:tls": { source: "secret", certificate } })).toBe(true);
  });

  it("accepts secret keys only encrypted", () => {
    expect(withConfig({ "rancher:kubeconfig": { secure: "v1:x" } })).toBe(true);
    expect(withConfig({ "rancher:kubeconfig": "in plain text" })).toBe(false);
  });

  it.each([
    [{ "rancher:hostnam": "x" }],
    [{ "rancher:version": 2.1 }],
    [{ "rancher:replicas": "three" }],
    [{ "rancher:tls": { source: "letsEncrypt" } }],
    [{ "rancher:tls": { source: "rancher", email: "x" } }],
    [{ "rancher:tls": { source: "secret", certificate: { onhost: "/a" } } }],
    [{ "rancher:loadBalancer": { kind: "nginx", hosts: [] } }],
    [{ "rancher:loadBalancer": { kind: "nginx", hosts: [host], layer: 5 } }],
    [{ "rancher:loadBalancer": { kind: "nginx", hosts: [host], nginx: { hsts: true } } }],
    [{ "rancher:loadBalancer": { kind: "haproxy", hosts: [host], layer: 7 } }],
    [{ "rancher:loadBalancer": { kind: "haproxy", hosts: [host], nginx: {} } }],
  ])("rejects %j", (change) => {
    expect(withConfig(change)).toBe(false);
  });
});

describe("keys reserved for later parts", () => {
  it("are not in the schema yet", () => {
    const there = [...reservedKeys.keys()].filter((key) =>
      Object.values(modeSchemas).some((form) => nodesAt(key.split("."), form).length > 0),
    );

    expect(there).toEqual([]);
  });
});
