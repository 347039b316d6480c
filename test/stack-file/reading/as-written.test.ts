import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asWritten } from "../../../components/stack-file/reading/as-written.ts";
import { stackFileJsonSchema } from "../../../components/stack-file/json-schema.ts";
import { isMapping } from "../../../components/stack-file/reading/mapping.ts";
import { modeSchemaMeant, modeSchemas } from "../../../components/stack-file/mode-schemas.ts";
import type { SchemaNode } from "../../../components/stack-file/reading/schema-node.ts";
import { readSettings } from "../../../components/stack-file/stack-file.ts";
import { goodSingleNode, goodSource } from "../../stack-files/stack-file-case.ts";

type Values = Readonly<Record<string, unknown>>;

const files = { certificate: { onHost: "/etc/ssl/a.pem" }, privateKey: { onHost: "/etc/ssl/a.key" } };
const jumpHost = { address: "192.0.2.1", port: 2222, insecureIgnoreHostKey: true };
const hosts = [
  { name: "lb-1", address: "192.0.2.10", port: 2022, insecureIgnoreHostKey: true, jumpHost },
  { name: "lb-2", address: "192.0.2.12", port: 22, insecureIgnoreHostKey: true },
];
const forwarding = {
  ports: { http: 8080, https: 8443 },
  ipv6: true,
  timeouts: { connect: 3, idle: 1800, shutdown: 60 },
  failover: { maxFails: 2, failTimeout: 5, tries: 2 },
};
const upstreamPorts = { http: 30080, https: 30443 };
const onCluster = {
  ...forwarding,
  hosts,
  floatingAddress: { address: "192.0.2.9", virtualRouterId: 7 },
};
const nginx = {
  http2: false,
  gzip: true,
  hsts: { maxAge: 0, includeSubDomains: false, preload: false },
  statusPort: 8081,
};
const docker = {
  host: { name: "rancher-1", address: "192.0.2.20", port: 2022, insecureIgnoreHostKey: true, jumpHost },
  publish: { http: 60080, https: 60443 },
  memory: "8g",
  cpus: 1.5,
  auditLog: { level: 2, maxAge: 5, maxBackups: 6, maxSize: 7 },
  backup: { keep: 3 },
  environment: { A: "1", B: "true" },
};

/** Together they have every number and every boolean of the schema. */
const stacks: Readonly<Record<string, Values>> = {
  nginx: {
    ...goodSource().values,
    replicas: 5,
    ssh: { user: "ops", port: 2022, jumpHost },
    loadBalancer: { ...onCluster, kind: "nginx", layer: 7, upstreamPorts: { http: 30080 }, nginx },
    tls: { source: "secret", ...files },
  },
  "nginx without HSTS": {
    ...goodSource().values,
    loadBalancer: { kind: "nginx", layer: 7, hosts, nginx: { hsts: false } },
    tls: { source: "secret", ...files },
  },
  haproxy: {
    ...goodSource().values,
    loadBalancer: { ...onCluster, kind: "haproxy", layer: 4, upstreamPorts, proxyProtocol: true },
    chartValues: { auditLog: { enabled: true, level: 1 } },
  },
  "nginx on a single node": {
    ...goodSingleNode().values,
    ssh: { port: 2022, jumpHost },
    docker: { ...docker, publish: {} },
    loadBalancer: { ...forwarding, kind: "nginx", layer: 7, runAs: "host", nginx },
  },
  "a single node alone": { ...goodSingleNode().values, docker, loadBalancer: { kind: "none" } },
  "a single node without HSTS": {
    ...goodSingleNode().values,
    loadBalancer: { kind: "nginx", nginx: { hsts: false } },
  },
};

/** Free text and chart values, for which there is no schema here. */
const free = /^(chartValues|docker\.environment)\./;

type Leaf = readonly (string | number)[];

function leaves(value: unknown, type: (value: unknown) => boolean, path: Leaf = []): readonly Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, type, [...path, index]));
  if (isMapping(value)) return Object.entries(value).flatMap(([key, inner]) => leaves(inner, type, [...path, key]));
  return type(value) && !free.test(path.join(".")) ? [path] : [];
}

const isTyped = (value: unknown) => typeof value === "number" || typeof value === "boolean";

function withText(values: Values, paths: readonly Leaf[], text?: string): Values {
  const changed = structuredClone(values) as Record<string | number, unknown>;
  for (const path of paths) {
    const inner = path.slice(0, -1).reduce((part, key) => part[key] as typeof changed, changed);
    inner[path.at(-1) ?? ""] = text ?? String(inner[path.at(-1) ?? ""]);
  }
  return changed;
}

const place = (mode: unknown, path: Leaf) =>
  [mode, ...path.map((part) => (typeof part === "number" ? 0 : part))].join();

function typedPlaces(path: readonly (string | number)[], node: SchemaNode): readonly string[] {
  const inside = [
    ...(node.oneOf ?? node.anyOf ?? []).flatMap((one) => typedPlaces(path, one)),
    ...(node.items === undefined ? [] : typedPlaces([...path, 0], node.items)),
    ...Object.entries(node.properties ?? {}).flatMap(([key, property]) => typedPlaces([...path, key], property)),
  ];
  return ["number", "integer", "boolean"].includes(node.type ?? "") ? [...inside, path.join()] : inside;
}

const read = (values: Values) => readSettings({ ...goodSource(), ...forMode(values), values });
const forMode = ({ mode }: Values) => (mode === "single-node" ? goodSingleNode() : goodSource());

describe("numbers and booleans that Pulumi writes as text", () => {
  it("are tested at every place where the schema has one", () => {
    const tried = Object.values(stacks).flatMap((values) =>
      leaves(values, isTyped).map((path) => place(values["mode"], path)),
    );
    const all = Object.entries(modeSchemas).flatMap(([mode, { nodes }]) => typedPlaces([mode], nodes));

    expect([...new Set(all)].filter((one) => !tried.includes(one))).toEqual([]);
  });

  describe.each(Object.entries(stacks))("%s", (_, values) => {
    const settings = read(values);
    const validate = new Ajv({ strict: false }).compile(stackFileJsonSchema());
    const asFile = (some: Values) => ({
      config: Object.fromEntries(Object.entries(some).map(([key, value]) => [`rancher:${key}`, value])),
    });

    it("yields the same settings, whichever of them are text, and is valid for an editor", () => {
      expect(settings).not.toHaveProperty("problems");
      fc.assert(
        fc.property(fc.subarray([...leaves(values, isTyped)], { minLength: 1 }), (paths) => {
          const written = withText(values, paths);

          expect(read(written)).toEqual(settings);
          expect(validate(asFile(written))).toBe(true);
        }),
      );
    });

    it.each(["22x", "yes", "True", "0x16", " 1", "1 ", "1_000", ""])(
      "is rejected with %j, also by an editor",
      (text) => {
        for (const path of leaves(values, isTyped)) {
          const written = withText(values, [path], text);

          expect([path, read(written)]).toEqual([
            path,
            expect.objectContaining({ problems: expect.anything() as unknown }),
          ]);
          expect([path, validate(asFile(written))]).toEqual([path, false]);
        }
      },
    );

    it("keeps text that looks like one where text is expected", () => {
      const texts = leaves(values, (value) => typeof value === "string");

      fc.assert(
        fc.property(fc.constantFrom(...texts), fc.constantFrom("1", "1.5", "true", "false", "0"), (path, text) => {
          const written = withText(values, [path], text);

          expect(asWritten(written, modeSchemaMeant(values))).toEqual(withText(values, [path], text));
        }),
      );
    });
  });

  it("remain text in passed-through values", () => {
    const chartValues = { annotations: { a: "1", b: "true" } };
    const environment = { A: "1", B: "true" };

    expect(read({ ...stacks["haproxy"], chartValues })).toMatchObject({ settings: { chartValues } });
    expect(read({ ...stacks["a single node alone"], docker: { ...docker, environment } })).toMatchObject({
      settings: { docker: { environment } },
    });
  });
});
