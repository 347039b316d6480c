import { hasUnknown, isProperties, own, type Value } from "../../protocol/property-value.ts";
import { isZero, type Field, type Fields } from "./schema.ts";

/** Whether Terraform treats two values as equal: an absent and a zero value are, and sets in any order. */
export function sameValue(field: Field, one: Value | undefined, other: Value | undefined): boolean {
  return !hasUnknown(one) && !hasUnknown(other) && fingerprint(field, one) === fingerprint(field, other);
}

/** The distinct members of a set, in the order in which the bridge returns them. */
export function asSet(of: "text" | Fields, members: readonly Value[]): readonly Value[] {
  const unique = new Map<string, Value>(members.map((member) => [memberPrint(of, member), member]));
  return [...unique.keys()].sort().map((print) => unique.get(print) ?? null);
}

/** The identity of a member of a list or set. */
export function memberPrint(of: "text" | Fields, member: Value): string {
  return of === "text" ? String(member) : blockPrint(of, member);
}

/**
 * Sort key of a block in a set, as in go-cty (cty/set_internals.go): Go's text of each property, in alphabetical order of
 * Terraform's names.
 */
function blockPrint(fields: Fields, block: Value): string {
  if (!isProperties(block)) return "~";
  const names = Object.keys(fields).sort((one, other) => (terraformName(one) < terraformName(other) ? -1 : 1));
  return `<${names.map((name) => `${fingerprint(fields[name]!, own(block, name))};`).join("")}>`;
}

function fingerprint(field: Field, value: Value | undefined): string {
  if (isZero(value)) return zeroPrints[field.type];
  switch (field.type) {
    case "flag":
      return value === true ? "T" : "F";
    case "text":
      return JSON.stringify(value);
    case "whole":
      return String(value);
    case "map": {
      const entries = Object.entries(value as object).sort(([one], [other]) => (one < other ? -1 : 1));
      return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${JSON.stringify(String(entry))};`).join("")}}`;
    }
    case "list":
    case "set": {
      const prints = (value as readonly Value[]).map((member) => memberPrint(field.of, member));
      return `[${(field.type === "set" ? prints.sort() : prints).map((print) => `${print};`).join("")}]`;
    }
    case "block":
      return `[${blockPrint(field.of, value!)};]`;
  }
}

const zeroPrints = { text: '""', whole: "0", flag: "F", map: "{}", list: "[]", set: "[]", block: "[]" } as const;

function terraformName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
