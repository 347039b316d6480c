import { describe, expect, it } from "vitest";
import { terraformBridgedDifference } from "../../../../../rehearsal/providers/docker/terraform-bridge/difference.ts";
import { checkedInputs, refreshedInputs } from "../../../../../rehearsal/providers/docker/terraform-bridge/inputs.ts";
import { plan } from "../../../../../rehearsal/providers/docker/terraform-bridge/plan.ts";
import type { Fields } from "../../../../../rehearsal/providers/docker/terraform-bridge/schema.ts";
import { unknown, type Properties } from "../../../../../rehearsal/providers/protocol/property-value.ts";
import { told } from "../playing.ts";

const fields: Fields = {
  name: { type: "text", replaces: true },
  limit: { type: "whole" },
  chosen: { type: "text", replaces: true, computed: true },
  words: { type: "list", of: "text", replaces: true },
  tags: { type: "set", of: "text", replaces: true },
  options: { type: "map", replaces: true },
  mode: { type: "text", default: "plain" },
  marked: { type: "set", replaces: true, of: { path: { type: "text", replaces: true }, size: { type: "whole" } } },
  unmarked: { type: "set", replaces: true, of: { path: { type: "text" }, size: { type: "whole" } } },
  check: { type: "block", of: { every: { type: "text", default: "0s" }, tests: { type: "list", of: "text" } } },
};

/** The changes of a run with `news` after one with `olds`. */
function between(olds: Properties, news: Properties): string[] {
  const before = checkedInputs(fields, {}, olds, undefined);
  const state = plan(fields, undefined, before);
  const known = Object.fromEntries(Object.entries(state).filter(([, value]) => value !== unknown));
  const after = checkedInputs(fields, before, news, undefined);
  return told(terraformBridgedDifference(fields, known, plan(fields, known, after), after, false));
}

describe("a bridged difference", () => {
  it.each<[string, Properties, Properties, string[]]>([
    ["nothing for equal values", { name: "a", tags: ["b", "a"] }, { name: "a", tags: ["a", "b"] }, []],
    ["a text that forces a replacement", { name: "a" }, { name: "b" }, ["update name!"]],
    ["a number in place", { limit: 1 }, { limit: 2 }, ["update limit"]],
    [
      "a number that is added, and one that is removed",
      { limit: 1 },
      { mode: "other" },
      ["delete limit", "update mode"],
    ],
    ["nothing for zero and for nothing", { limit: 0, options: {} }, {}, []],
    ["nothing for a value that the engine chose", { chosen: "a" }, {}, []],
    ["a default that is no longer one", { name: "a" }, { name: "a", mode: "other" }, ["update mode"]],
    [
      "the fewest edits of a list",
      { words: ["a", "b", "c"] },
      { words: ["a", "c", "d"] },
      ["add words[2]!", "delete words[1]!"],
    ],
    ["an element that replaces another", { words: ["a", "b"] }, { words: ["a", "c"] }, ["update words[1]!"]],
    ["a list that is added", { name: "a" }, { name: "a", words: ["a"] }, ["add words!"]],
    ["members of a set, by index", { tags: ["b", "a"] }, { tags: ["c", "b"] }, ["update tags[0]!"]],
    [
      "options, by name",
      { options: { a: "1", b: "2" } },
      { options: { a: "2", c: "3" } },
      ["add options.c!", "delete options.b!", "update options.a!"],
    ],
    [
      "a value in a block that forces a replacement",
      { marked: [{ path: "/a", size: 1 }] },
      { marked: [{ path: "/b", size: 1 }] },
      ["update marked[0].path!"],
    ],
    [
      "a value in a block that does not",
      { marked: [{ path: "/a", size: 1 }] },
      { marked: [{ path: "/a", size: 2 }] },
      ["update __meta!", "update marked[0].size"],
    ],
    [
      "the whole set if the plan has filled in a zero",
      { marked: [{ path: "/a" }] },
      { marked: [{ path: "/b" }] },
      ["update marked!"],
    ],
    [
      "a block without marks in place",
      { unmarked: [{ path: "/a", size: 1 }] },
      { unmarked: [{ path: "/b", size: 1 }] },
      ["update unmarked[0].path"],
    ],
    [
      "another number of those blocks as a replacement",
      { unmarked: [{ path: "/a", size: 1 }] },
      {
        unmarked: [
          { path: "/a", size: 1 },
          { path: "/b", size: 1 },
        ],
      },
      ["add unmarked[1]!"],
    ],
    [
      "values in a single block",
      { check: { tests: ["a"] } },
      { check: { tests: ["a"], every: "5s" } },
      ["update check.every"],
    ],
    ["an unknown value", { name: "a", limit: 1 }, { name: unknown, limit: 1 }, ["update name!"]],
    ["a set with an unknown member", { tags: ["a"] }, { tags: ["a", unknown] }, ["update tags!"]],
  ])("reports %s", (_what, olds, news, expected) => {
    expect(between(olds, news)).toEqual(expected);
  });
});

describe("refreshedInputs", () => {
  const inputs = checkedInputs(fields, {}, { name: "a", limit: 1, tags: ["b", "a"] }, undefined);

  it("adopts changes by hand, and no more than the program sets", () => {
    const state = { name: "a", limit: 2, tags: ["a", "b"], mode: "plain", options: { by: "hand" } };

    expect(refreshedInputs(fields, inputs, state)).toEqual({ ...inputs, limit: 2 });
  });

  it("no longer treats a default as one that was changed by hand", () => {
    const refreshed = refreshedInputs(fields, inputs, { name: "a", limit: 1, tags: ["a", "b"], mode: "other" });

    expect(refreshed).toMatchObject({ mode: "other", __defaults: [] });
    expect(checkedInputs(fields, refreshed, { name: "a" }, undefined)).toMatchObject({ mode: "plain" });
  });
});
