import { randomBytes } from "node:crypto";
import { isProperties, own, type Properties, type Value } from "../../protocol/property-value.ts";
import { sameValue } from "./same-value.ts";
import { defaultsKey, isZero, type Field, type Fields } from "./schema.ts";

/**
 * The inputs in the state: with Terraform's defaults, and a list of the properties that they filled in.
 *
 * @param ownName the resource's name in the program, if the engine's name is derived from it by default.
 */
export function checkedInputs(
  fields: Fields,
  olds: Properties,
  news: Properties,
  ownName: string | undefined,
): Properties {
  const filled: Record<string, Value> = {};
  const oldDefaults = own(olds, defaultsKey);
  const fill = (name: string, value: () => Value): void => {
    const isOldDefault = Array.isArray(oldDefaults) && oldDefaults.includes(name);
    filled[name] = (isOldDefault ? own(olds, name) : undefined) ?? value();
  };
  if (ownName !== undefined && isAbsent(own(news, "name"))) {
    fill("name", () => `${ownName}-${randomBytes(4).toString("hex").slice(0, 7)}`);
  }
  for (const [name, field] of Object.entries(fields)) {
    if (!isZero(field.default) && isAbsent(own(news, name))) fill(name, () => field.default!);
  }
  const given: Record<string, Value> = {};
  for (const [name, value] of Object.entries(news)) {
    if (name === defaultsKey || isAbsent(value)) continue;
    const field = own(fields, name);
    given[name] = field === undefined ? value : withInnerDefaults(field, value);
  }
  return { ...given, ...filled, [defaultsKey]: Object.keys(filled).sort() };
}

function withInnerDefaults(field: Field, value: Value): Value {
  if (field.type === "block" && isProperties(value)) return checkedInputs(field.of, {}, value, undefined);
  if ((field.type === "list" || field.type === "set") && field.of !== "text" && Array.isArray(value)) {
    const { of } = field;
    return (value as readonly Value[]).map((member) =>
      isProperties(member) ? checkedInputs(of, {}, member, undefined) : member,
    );
  }
  return value;
}

/** The inputs after a refresh: the previous ones, with the values of the new state. */
export function refreshedInputs(fields: Fields, inputs: Properties, state: Properties): Properties {
  const refreshed: Record<string, Value> = {};
  const defaults = own(inputs, defaultsKey);
  const stillDefault = new Set(Array.isArray(defaults) ? (defaults as readonly string[]) : []);
  for (const [name, value] of Object.entries(inputs)) {
    if (name === defaultsKey) continue;
    const field = own(fields, name);
    const now = own(state, name);
    if (field === undefined) continue;
    const isSame = sameValue(field, value, now);
    if (!isSame) stillDefault.delete(name);
    if (isSame) refreshed[name] = value;
    else if (!isAbsent(now)) refreshed[name] = now!;
  }
  return Array.isArray(defaults) ? { ...refreshed, [defaultsKey]: [...stillDefault].sort() } : refreshed;
}

/** The inputs of an imported resource: its values that differ from the defaults. */
export function importedInputs(fields: Fields, outputsOnly: readonly string[], state: Properties): Properties {
  const inputs: Record<string, Value> = { [defaultsKey]: [] };
  for (const [name, field] of Object.entries(fields)) {
    const value = own(state, name);
    if (!outputsOnly.includes(name) && !isZero(value) && value !== field.default) inputs[name] = value!;
  }
  return inputs;
}

function isAbsent(value: Value | undefined): boolean {
  return value === undefined || value === null;
}
