import { isWrappedSecret, type Registration } from "../../operations/engine/synthesis.ts";

/** The one registration of that type and name. @throws with all registrations unless there is exactly one. */
export function only(registrations: readonly Registration[], type: string, name: string): Registration {
  const [found, ...more] = registrations.filter((each) => each.type === type && each.name === name);
  if (found && more.length === 0) return found;
  throw new Error(`${more.length + (found ? 1 : 0)} of ${type} ${name} among:\n${listed(registrations).join("\n")}`);
}

/** `type name` of everything but the stack itself, sorted: an overview of what a program registers. */
export function listed(registrations: readonly Registration[]): string[] {
  return registrations
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map(({ type, name }) => `${type} ${name}`)
    .sort();
}

/** Name of the resource that a URN, or a provider reference, refers to. */
export function nameIn(reference: string): string {
  return /^urn:pulumi:[^:]+::[^:]+::[^:]+(?::[^:]+)*::([^:]+)/.exec(reference)?.[1] ?? reference;
}

export function namesIn(references: readonly string[]): string[] {
  return references.map(nameIn).sort();
}

/**
 * Every text of a value that the engine would store, print and log in plain text: everything outside a wrapped secret.
 */
export function clearTexts(value: unknown): string[] {
  if (isWrappedSecret(value)) return [];
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(clearTexts);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [key, ...clearTexts(each)]);
}

/** The content of a wrapped secret. @throws when the value is not one. */
export function inSecret(value: unknown): unknown {
  if (!isWrappedSecret(value)) throw new Error(`not a secret: ${JSON.stringify(value)}`);
  return value.value;
}
