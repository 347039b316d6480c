import { describe, expect, it } from "vitest";
import { notSimulated, releaseInputs } from "../../../../rehearsal/providers/kubernetes/release-inputs.ts";
import { releaseDifference } from "../../../../rehearsal/providers/kubernetes/release-state.ts";
import { Secret } from "../../../../rehearsal/providers/protocol/property-value.ts";

describe("the inputs of a Release", () => {
  it("get a name, a namespace and a timeout, and otherwise only what is set", () => {
    const inputs = releaseInputs({ chart: "c", compat: "true", atomic: false, values: {} }, {}, "notes", "default");

    expect(inputs).toEqual({
      chart: "c",
      name: expect.stringMatching(/^notes-[0-9a-f]{8}$/) as string,
      namespace: "default",
      timeout: 300,
    });
  });

  it("keep a name once it is chosen", () => {
    expect(releaseInputs({ chart: "c" }, { name: "notes-1" }, "notes", "default")["name"]).toBe("notes-1");
  });

  it("merge values of files below the values set, keeping secrets and nulls", () => {
    const file = {
      "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
      text: "a: {x: 1, y: 1}\nb: 1",
    };
    const given = { chart: "c", valueYamlFiles: [file], values: { a: { y: new Secret("2") }, b: null } };

    expect(releaseInputs(given, {}, "n", "d")["values"]).toEqual({ a: { x: 1, y: new Secret("2") }, b: null });
  });

  it("may contain credentials of a repository over HTTP, and of no other", () => {
    const credentials = { username: "u", password: new Secret("p") };

    expect(notSimulated({ repositoryOpts: { repo: "https://r", ...credentials } })).toEqual([]);
    expect(notSimulated({ chart: "oci://r/c", repositoryOpts: credentials }).map(({ property }) => property)).toEqual([
      "repositoryOpts.username",
      "repositoryOpts.password",
    ]);
  });
});

describe("a change of a Release", () => {
  const news = { name: "n", namespace: "d", chart: "c", version: "1.0.0", values: { a: 1 } };
  const state = { ...news, status: { status: "deployed" }, resourceNames: {}, __inputs: new Secret(news) };

  it("excludes what only the state has", () => {
    expect(releaseDifference(state, news).changes.size).toBe(0);
  });
  it("includes a value that is no longer set, and one that was changed with helm", () => {
    expect([...releaseDifference(state, { ...news, values: {} }).changes]).toEqual([["values.a", "delete"]]);
    expect([...releaseDifference({ ...state, values: { a: 2 } }, news).changes]).toEqual([["values.a", "update"]]);
  });
  it("replaces it under another name", () => {
    expect(releaseDifference(state, { ...news, name: "m" }).replaces).toEqual(["name"]);
  });
});
