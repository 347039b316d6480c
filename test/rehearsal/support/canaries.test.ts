import { generateKeyPairSync, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { givenAway, needlesOf, secretsOfKubeconfig } from "./canaries.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const needles = needlesOf({ key: pem, password: "correct horse+battery/staple" });

describe("a secret is found", () => {
  it("raw, and as JSON", () => {
    expect(givenAway(`error: ${pem}`, needles)).toEqual(["key"]);
    expect(givenAway(JSON.stringify({ said: JSON.stringify({ pem }) }), needles)).toEqual(["key"]);
    expect(givenAway("x=correct horse+battery\\/staple", needles)).toEqual(["password"]);
    expect(givenAway(encodeURIComponent("a correct horse+battery/staple"), needles)).toEqual(["password"]);
  });

  it("in base64, whatever surrounds it", () => {
    const around = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(around, around, fc.constantFrom("base64", "base64url"), (before, after, encoding) => {
        const text = Buffer.concat([before, Buffer.from("correct horse+battery/staple"), after]).toString(encoding);
        expect(givenAway(text, needles)).toEqual(["password"]);
      }),
    );
  });

  it("by the key inside a kubeconfig", () => {
    const data = Buffer.from(pem).toString("base64");
    const found = needlesOf(secretsOfKubeconfig(`users: [{ name: a, user: { client-key-data: ${data} } }]`));

    expect(givenAway(pem, found)).toContain("client key");
    expect(givenAway(data, found)).toContain("client-key-data of the kubeconfig");
  });
});

describe("a secret is not found", () => {
  it("in another key of the same kind, nor in its own public key", () => {
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" });

    expect(givenAway(other.privateKey.export({ type: "pkcs8", format: "pem" }).toString(), needles)).toEqual([]);
    expect(givenAway(other.publicKey.export({ type: "spki", format: "pem" }).toString(), needles)).toEqual([]);
    expect(givenAway(randomBytes(4096).toString("base64"), needles)).toEqual([]);
  });

  it("when it is too short to be one", () => {
    expect(() => needlesOf({ pin: "1234" })).toThrow("pin is too short to be distinguished from other text");
  });
});
