import {
  hasSecret,
  hasUnknown,
  isProperties,
  own,
  Secret,
  unknown,
  withoutSecrets,
  type Properties,
  type Value,
} from "../protocol/property-value.ts";

/**
 * Marks outputs as secret or unknown if the inputs at the same path are. It follows
 * `annotateSecrets` in provider/pkg/provider/provider.go of pulumi-kubernetes v4.32.0:
 *
 * - Maps are compared key by key, so a secret stays at its leaf.
 * - A list in which any entry is secret is secret as a whole, because entries may move.
 * - In a map of kind `Secret`, exactly `data` and `stringData` are secret, as a whole.
 */
export function annotate(outputs: Value, inputs: Value | undefined): Value {
  if (inputs === unknown) return unknown;
  if (outputs instanceof Secret) return new Secret(withUnknowns(outputs.value, inputs));
  if (isProperties(outputs) && outputs["kind"] === "Secret" && !(inputs instanceof Secret))
    return secretContent(outputs, inputs);
  if (isProperties(outputs) && isProperties(inputs)) {
    const annotated: Record<string, Value> = {};
    for (const [key, entry] of Object.entries(outputs)) {
      annotated[key] = Object.hasOwn(inputs, key) ? annotate(entry, own(inputs, key)) : entry;
    }
    // In a preview, the outputs lack unknown values.
    for (const [key, entry] of Object.entries(inputs)) if (hasUnknown(entry)) annotated[key] ??= entry;
    return annotated;
  }
  if (hasSecret(inputs)) return new Secret(withUnknowns(outputs, inputs));
  if (Array.isArray(outputs) && Array.isArray(inputs)) {
    const given = inputs as readonly Value[];
    return (outputs as readonly Value[]).map((entry, at) => annotate(entry, given[at]));
  }
  return outputs;
}

function secretContent(outputs: Properties, inputs: Value | undefined): Properties {
  const content = (withUnknowns(outputs, inputs) ?? {}) as Properties;
  return Object.fromEntries(
    Object.entries(content).map(([key, value]) => [
      key,
      key === "data" || key === "stringData" ? new Secret(value) : value,
    ]),
  );
}

function withUnknowns(outputs: Value, inputs: Value | undefined): Value {
  const plain = withoutSecrets(outputs);
  return hasUnknown(inputs) ? unknownsOf(plain, withoutSecrets(inputs ?? null)) : plain;
}

function unknownsOf(outputs: Value, inputs: Value | undefined): Value {
  if (inputs === unknown) return unknown;
  if (Array.isArray(outputs) && Array.isArray(inputs)) {
    const given = inputs as readonly Value[];
    return (outputs as readonly Value[]).map((entry, at) => unknownsOf(entry, given[at]));
  }
  if (!isProperties(outputs) || !isProperties(inputs)) return outputs;
  const marked: Record<string, Value> = {};
  for (const [key, entry] of Object.entries(outputs)) marked[key] = unknownsOf(entry, own(inputs, key));
  for (const [key, entry] of Object.entries(inputs)) if (hasUnknown(entry)) marked[key] ??= entry;
  return marked;
}
