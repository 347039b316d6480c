import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSettings } from "../components/stack-file/stack-file.ts";
import { goodSingleNode, goodSource, linesOf } from "./stack-files/stack-file-case.ts";

/** Mistakes at different keys, so that none hides or changes another's message. */
const mistakes: Readonly<Record<string, unknown>> = {
  colour: "blue",
  hostname: "192.0.2.1",
  replicas: "three",
  version: "latest",
  ssh: { port: "22x" },
  cluster: { ...(goodSource().values["cluster"] as object), distribution: "k3s" },
  loadBalancer: { kind: "ngnix" },
  tls: { source: "letsencrypt", email: "ops@example.com" },
  certManager: { version: 1.21 },
  chartValues: { replicas: 1 },
  bootstrapPassword: "in plain text",
};

const mistakesOfSingleNode: Readonly<Record<string, unknown>> = {
  colour: "blue",
  cluster: { distribution: "existing" },
  hostname: "192.0.2.1",
  version: "latest",
  ssh: { port: "22x" },
  docker: { host: "local", engine: "install", memory: "8 GB", arguments: ["-v"], backup: { keep: 0 } },
  loadBalancer: { kind: "external" },
  tls: { source: "letsEncrypt" },
  bootstrapPassword: "in plain text",
};

describe("any stack file", () => {
  it("has all its mistakes reported together", () => {
    const good = goodSource();
    const alone = (key: string) => linesOf({ ...good, values: { ...good.values, [key]: mistakes[key] } });

    fc.assert(
      fc.property(fc.subarray(Object.keys(mistakes)), (keys) => {
        const some = Object.fromEntries(keys.map((key) => [key, mistakes[key]]));

        const together = linesOf({ ...good, values: { ...good.values, ...some } });

        expect(together.toSorted()).toEqual(keys.flatMap(alone).toSorted());
      }),
    );
  });

  it("yields problems or settings, and never throws", () => {
    const keys = fc.constantFrom(
      ...Object.keys(goodSource().values),
      ...Object.keys(mistakes),
      "kubeconfig",
      "__proto__",
      "toString",
    );
    const values = fc.dictionary(fc.oneof(keys, fc.string()), fc.oneof(fc.jsonValue(), fc.string()), { maxKeys: 8 });

    fc.assert(
      fc.property(values, fc.dictionary(keys, fc.string()), fc.boolean(), (junk, secrets, onGood) => {
        const good = goodSource();

        const read = readSettings({ ...good, secrets, values: onGood ? { ...good.values, ...junk } : junk });

        expect("settings" in read || read.problems.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("has all its mistakes reported together on a single node too", () => {
    const good = goodSingleNode();
    const lines = (change: object) => linesOf({ ...good, values: { ...good.values, ...change } });

    fc.assert(
      fc.property(fc.subarray(Object.entries(mistakesOfSingleNode)), (some) => {
        const alone = some.flatMap(([key, value]) => lines({ [key]: value }));

        expect(lines(Object.fromEntries(some)).toSorted()).toEqual(alone.toSorted());
      }),
    );
  });

  it("with junk at any depth does not throw on a single node", () => {
    const good = goodSingleNode();
    const docker = { ...(good.values["docker"] as object), proxy: { http: "http://p:1" }, backup: {}, publish: {} };
    const paths = [
      ["docker"],
      ["docker", "host"],
      ["docker", "host", "hostKey"],
      ["docker", "host", "jumpHost"],
      ["docker", "publish"],
      ["docker", "proxy"],
      ["docker", "proxy", "noProxy"],
      ["docker", "arguments"],
      ["docker", "environment"],
      ["docker", "auditLog"],
      ["docker", "backup"],
      ["docker", "restore"],
      ["docker", "image"],
      ["loadBalancer"],
      ["loadBalancer", "nginx"],
      ["tls"],
      ["mode"],
    ] as const;

    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, junk) => {
        const values = structuredClone({ ...good.values, docker, loadBalancer: { kind: "nginx" } }) as Record<
          string,
          unknown
        >;
        let inner: Record<string, unknown> = values;
        for (const part of path.slice(0, -1)) inner = inner[part] as Record<string, unknown>;
        inner[path.at(-1) ?? ""] = junk;

        expect(() => readSettings({ ...good, values })).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it("with junk at any depth does not throw", () => {
    const plain = goodSource();
    const { loadBalancer } = plain.values as { loadBalancer: object };
    const files = { certificate: { onHost: "/etc/ssl/a.pem" }, privateKey: { onHost: "/etc/ssl/a.key" } };
    const site = { name: "wiki", hostname: "wiki.example.com", upstreams: ["192.0.2.31:80"], ...files };
    const layer7 = { ...loadBalancer, layer: 7, floatingAddress: { address: "192.0.2.9" }, sites: [site] };
    const good = {
      ...plain,
      values: { ...plain.values, loadBalancer: layer7, tls: { source: "secret", ...files } },
    };
    const paths = [
      ["cluster", "servers"],
      ["cluster", "servers", "0"],
      ["loadBalancer", "hosts", "0", "hostKey"],
      ["loadBalancer", "hosts", "0", "jumpHost"],
      ["loadBalancer", "layer"],
      ["loadBalancer", "ports"],
      ["loadBalancer", "nginx"],
      ["loadBalancer", "sites"],
      ["loadBalancer", "sites", "0"],
      ["loadBalancer", "sites", "0", "certificate"],
      ["loadBalancer", "floatingAddress"],
      ["tls"],
      ["tls", "certificate"],
      ["tls", "privateKey"],
      ["ssh"],
    ] as const;

    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, junk) => {
        const values = structuredClone({ ...good.values }) as Record<string, unknown>;
        let inner: Record<string, unknown> = values;
        for (const part of path.slice(0, -1)) inner = inner[part] as Record<string, unknown>;
        inner[path.at(-1) ?? ""] = junk;

        expect(() => readSettings({ ...good, values })).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});
