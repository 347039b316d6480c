import { randomBytes } from "node:crypto";
import { changedPaths } from "../protocol/difference.ts";
import type { Plugin, ResourceType } from "../protocol/plugin.ts";
import {
  hasUnknown,
  revealMap,
  Secret,
  unknown,
  type Json,
  type Properties,
  type Value,
} from "../protocol/property-value.ts";
import { randomText, type TextRules } from "./random-text.ts";

/** A value that is generated once: any change of an input is a replacement. `make` gets the inputs with defaults. */
function onceMade(
  defaults: { readonly [input: string]: Json },
  made: readonly string[],
  make: (inputs: { readonly [input: string]: Json }) => { id: string; values: Properties },
): ResourceType {
  const unchanging = async (): Promise<never> => {
    throw new Error("a random value is never updated in place");
  };
  return {
    check: (_request, _olds, news) => ({ inputs: { ...defaults, ...news } }),
    diff: (_request, _olds, oldInputs, news) => {
      const changes = changedPaths(oldInputs, news);
      return { changes, replaces: [...changes.keys()], deleteBeforeReplace: false };
    },
    create: async (request, inputs) => {
      if (request.preview || hasUnknown(inputs)) {
        return { id: "", outputs: { ...inputs, ...Object.fromEntries(made.map((name) => [name, unknown])) } };
      }
      const { id, values } = make(revealMap(inputs));
      return { id, outputs: { ...inputs, ...values } };
    },
    update: unchanging,
    delete: async () => undefined,
  };
}

const textDefaults = {
  lower: true,
  upper: true,
  numeric: true,
  number: true,
  special: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
};

const text = (inputs: { readonly [input: string]: Json }): string =>
  randomText({ overrideSpecial: "", ...inputs } as unknown as TextRules);

const types: { readonly [type: string]: ResourceType } = {
  "random:index/randomPassword:RandomPassword": onceMade(textDefaults, ["result"], (inputs) => ({
    id: "none",
    values: { result: new Secret(text(inputs)) },
  })),
  "random:index/randomString:RandomString": onceMade(textDefaults, ["result"], (inputs) => {
    const result = text(inputs);
    return { id: result, values: { result } };
  }),
  "random:index/randomId:RandomId": onceMade({}, ["b64Std", "b64Url", "dec", "hex"], (inputs) => {
    const bytes = randomBytes(Number(inputs["byteLength"]));
    const prefix = typeof inputs["prefix"] === "string" ? inputs["prefix"] : "";
    const hex = bytes.toString("hex");
    const forms: { [form: string]: Value } = {
      b64Std: prefix + bytes.toString("base64"),
      b64Url: prefix + bytes.toString("base64url"),
      dec: prefix + BigInt(`0x0${hex}`).toString(),
      hex: prefix + hex,
    };
    return { id: bytes.toString("base64url"), values: forms };
  }),
};

/** Replaces the random provider: `RandomPassword` (without `bcryptHash`), `RandomString` and `RandomId`. */
export function randomPlugin(version: string): Plugin {
  return {
    version,
    resource: (type) => {
      const found = Object.hasOwn(types, type) ? types[type] : undefined;
      if (!found) throw new Error(`${type} is not supported by the fake random provider; install the genuine one`);
      return found;
    },
  };
}
