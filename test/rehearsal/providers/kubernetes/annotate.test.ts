import { expect, it } from "vitest";
import { annotate } from "../../../../rehearsal/providers/kubernetes/annotate.ts";
import { Secret, unknown } from "../../../../rehearsal/providers/protocol/property-value.ts";

it("encrypts a secret at its leaf, and not a value that merely has the same content", () => {
  const inputs = { values: { password: new Secret("p"), text: "t" } };
  const outputs = { values: { password: "p", text: "t", more: "m" }, echo: "p" };

  expect(annotate(outputs, inputs)).toEqual({
    values: { password: new Secret("p"), text: "t", more: "m" },
    echo: "p",
  });
});

it("encrypts a list as a whole when an entry is secret, or contains a secret", () => {
  expect(annotate({ list: ["b", "a"] }, { list: ["a", new Secret("b")] })).toEqual({ list: new Secret(["b", "a"]) });
  expect(annotate({ env: [{ name: "A", value: "b" }] }, { env: [{ name: "A", value: new Secret("b") }] })).toEqual({
    env: new Secret([{ name: "A", value: "b" }]),
  });
  expect(annotate(["a"], ["a"])).toEqual(["a"]);
});

it("encrypts a value whose form differs from its secret input", () => {
  expect(annotate({ at: "text" }, { at: { inner: new Secret("s") } })).toEqual({ at: new Secret("text") });
});

it("encrypts the content of a Secret, nested or not, and nothing else in it", () => {
  const secret = { kind: "Secret", metadata: { annotations: { a: "1" } }, data: { a: "b" }, stringData: { c: "d" } };
  const encrypted = { ...secret, data: new Secret(secret.data), stringData: new Secret(secret.stringData) };
  const annotated = { metadata: { annotations: { a: new Secret("1") } }, data: { a: new Secret("b") } };

  expect(annotate(secret, annotated)).toEqual(encrypted);
  expect(annotate({ spec: { template: secret } }, { spec: { template: {} } })).toEqual({
    spec: { template: encrypted },
  });
});

it("keeps what is unknown, in secrets too", () => {
  expect(annotate({ a: "1" }, { a: unknown, b: { c: unknown } })).toEqual({ a: unknown, b: { c: unknown } });
  expect(annotate({ list: ["a", "b"] }, { list: [new Secret("a"), unknown] })).toEqual({
    list: new Secret(["a", unknown]),
  });
});

it("treats a key that every object inherits as plain data", () => {
  const outputs = { constructor: "x", toString: "y" };

  expect(annotate(outputs, { data: new Secret("s") })).toEqual(outputs);
});
