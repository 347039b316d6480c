import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedPaths, pathText } from "../../../../rehearsal/providers/protocol/difference.ts";
import {
  decode,
  encode,
  hasUnknown,
  reveal,
  Secret,
  unknown,
  type Json,
  type Properties,
} from "../../../../rehearsal/providers/protocol/property-value.ts";

const json = fc.jsonValue() as fc.Arbitrary<Json>;

describe("property values", () => {
  it("survive serialisation, including secrets and unknowns", () => {
    fc.assert(
      fc.property(json, (value) => {
        const values: Properties = { plain: value, secret: new Secret({ inner: value }), later: unknown };
        expect(decode(encode(values))).toEqual(values);
      }),
    );
  });

  it("can be searched for unknowns and for the content of secrets", () => {
    expect(hasUnknown({ a: [new Secret({ b: unknown })] })).toBe(true);
    expect(hasUnknown({ a: [new Secret("b")] })).toBe(false);
    expect(reveal({ a: new Secret([new Secret("b")]) })).toEqual({ a: ["b"] });
  });
});

describe("differences", () => {
  it("are empty between a value and itself, wrapped as a secret or not", () => {
    fc.assert(fc.property(json, (value) => changedPaths({ value }, { value: new Secret(value) }).size === 0));
  });

  it("name every changed leaf", () => {
    const olds = { a: { b: 1, gone: 1 }, list: ["x", "y"], same: "s", secret: new Secret("1") };
    const news = { a: { b: 2, "c.d": 1 }, list: ["x", "z", "new"], same: "s", secret: new Secret("2") };

    expect(Object.fromEntries(changedPaths(olds, news))).toEqual({
      "a.b": "update",
      "a.gone": "delete",
      'a["c.d"]': "add",
      "list[1]": "update",
      "list[2]": "add",
      secret: "update",
    });
  });

  it("treat an unknown as a change and a null as absent", () => {
    expect([...changedPaths({ a: 1 }, { a: unknown })]).toEqual([["a", "update"]]);
    expect([...changedPaths({ a: null }, {})]).toEqual([]);
  });

  it("write paths as Pulumi does", () => {
    expect(pathText(["data", "tls.crt", 0, "x-y"])).toBe('data["tls.crt"][0].x-y');
  });
});
