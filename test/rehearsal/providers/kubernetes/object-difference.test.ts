import { describe, expect, it } from "vitest";
import { objectDifference } from "../../../../rehearsal/providers/kubernetes/object-difference.ts";
import { Secret, unknown } from "../../../../rehearsal/providers/protocol/property-value.ts";

const inputs = { apiVersion: "v1", kind: "Secret", metadata: { name: "login", namespace: "ns" }, data: { a: "MQ==" } };
const live = { ...inputs, metadata: { ...inputs.metadata, uid: "1", labels: { theirs: "x" } }, type: "Opaque" };
const fixed = { secrets: false, configMaps: false };
const mutable = { secrets: true, configMaps: true };

describe("a change of an object", () => {
  it("excludes what others or the server added", () => {
    expect(objectDifference(live, inputs, inputs, true, fixed).changes.size).toBe(0);
  });

  it("excludes stringData that equals data", () => {
    const { apiVersion, kind, metadata } = inputs;

    expect(
      objectDifference(live, inputs, { apiVersion, kind, metadata, stringData: new Secret({ a: "1" }) }, true, fixed)
        .changes.size,
    ).toBe(0);
  });

  it("replaces a Secret's content, deleting first, unless Secrets are mutable", () => {
    const news = { ...inputs, data: new Secret({ a: "Mg==" }) };

    const replaced = objectDifference(live, inputs, news, true, fixed);
    expect(replaced).toMatchObject({ replaces: ["data.a"], deleteBeforeReplace: true });
    expect(objectDifference(live, inputs, news, true, mutable)).toMatchObject({
      replaces: [],
      deleteBeforeReplace: false,
    });
    expect(objectDifference({ ...live, immutable: true }, inputs, news, true, mutable).replaces).toEqual(["data.a"]);
    expect(objectDifference(live, inputs, { ...inputs, type: "other" }, true, mutable).replaces).toEqual(["type"]);
  });

  it("replaces under another name or namespace, creating the new one first", () => {
    const renamed = { ...inputs, metadata: { ...inputs.metadata, name: "other" } };

    expect(objectDifference(live, inputs, renamed, true, mutable)).toMatchObject({
      replaces: ["metadata.name"],
      deleteBeforeReplace: false,
    });
  });

  it("excludes a namespace for kinds without one", () => {
    const scoped = { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } };

    expect(
      objectDifference(scoped, scoped, { ...scoped, metadata: { name: "n", namespace: "x" } }, false, fixed).changes
        .size,
    ).toBe(0);
  });

  it("includes anything unknown", () => {
    expect([...objectDifference(live, inputs, { ...inputs, data: { a: unknown } }, true, mutable).changes]).toEqual([
      ["data.a", "update"],
    ]);
  });
});
