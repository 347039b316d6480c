import { hasUnknown, isProperties, own, unknown, type Properties, type Value } from "../../protocol/property-value.ts";
import { isZero, type Field, type Fields } from "./schema.ts";
import { asSet, sameValue } from "./same-value.ts";

/**
 * The planned state: the inputs, and the values that the engine has chosen before. Terraform compares it with the state,
 * so a value that the engine chose for a property that is not {@link Field.computed} is a difference in every plan.
 *
 * @param prior the previous state; undefined for a new resource.
 */
export function plan(fields: Fields, prior: Properties | undefined, inputs: Properties): Properties {
  const planned: Record<string, Value> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = planField(field, prior && own(prior, name), own(inputs, name), prior === undefined);
    if (value !== undefined && value !== null) planned[name] = value;
  }
  return planned;
}

function planField(field: Field, old: Value | undefined, wanted: Value | undefined, isNew: boolean): Value | undefined {
  if (wanted === unknown) return unknown;
  if (wanted === undefined || wanted === null || (field.computed === true && isEmptyList(wanted))) {
    if (field.computed === true) return isNew ? unknown : old;
    return isZero(old) || field.same?.(old, zeroOf(field) ?? null) === true ? old : undefined;
  }
  if (field.same?.(old, wanted) === true) return old;
  const value = shaped(field, old, wanted, isNew);
  if (isZero(value) && isZero(old)) return old ?? undefined;
  return old !== undefined && sameValue(field, old, value) ? old : value;
}

function shaped(field: Field, old: Value | undefined, wanted: Value, isNew: boolean): Value {
  switch (field.type) {
    case "block":
      return isProperties(wanted) ? planBlock(field.of, isProperties(old) ? old : undefined, wanted, isNew) : wanted;
    case "list": {
      const { of } = field;
      if (of === "text" || !Array.isArray(wanted)) return wanted;
      const olds = (Array.isArray(old) ? old : []) as readonly Value[];
      return (wanted as readonly Value[]).map((entry, at) =>
        isProperties(entry) ? planBlock(of, asBlock(olds[at]), entry, isNew || olds[at] === undefined) : entry,
      );
    }
    case "set": {
      const { of } = field;
      // One unknown member makes the whole set unknown.
      if (hasUnknown(wanted)) return unknown;
      const members = wanted as readonly Value[];
      return asSet(
        of,
        of === "text" ? members : members.map((entry) => planBlock(of, undefined, entry as Properties, true)),
      );
    }
    default:
      return wanted;
  }
}

/** In a block, every property has a value: by default the zero value of its type. */
function planBlock(fields: Fields, old: Properties | undefined, wanted: Properties, isNew: boolean): Properties {
  const block: Record<string, Value> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = planField(field, old && own(old, name), own(wanted, name), isNew || old === undefined);
    const filled = value ?? zeroOf(field);
    if (filled !== undefined) block[name] = filled;
  }
  return block;
}

function zeroOf(field: Field): Value | undefined {
  switch (field.type) {
    case "text":
      return "";
    case "whole":
      return 0;
    case "flag":
      // Observed in the genuine provider: a flag has no value there, unless Terraform has a default for it.
      return field.default === false ? false : undefined;
    case "map":
      return {};
    case "list":
    case "set":
      return [];
    case "block":
      return undefined;
  }
}

function asBlock(value: Value | undefined): Properties | undefined {
  return isProperties(value) ? value : undefined;
}

function isEmptyList(value: Value): boolean {
  return Array.isArray(value) && value.length === 0;
}
