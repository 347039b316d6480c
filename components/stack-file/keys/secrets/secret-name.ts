import { listed } from "../../../program/problem.ts";
import { modeSchemas } from "../../mode-schemas.ts";
import type { Mode } from "../../modes.ts";
import { nearest } from "../../reading/nearest.ts";
import { quote } from "../../reading/quote.ts";
import { secretNames, secretsOf } from "./secret-keys.ts";
import type { SecretName } from "./secret-keys.ts";

/** The secret key of this name, with or without the prefix `rancher:`, or what is wrong with the name. */
export function secretNamed(word: string): { readonly name: SecretName } | { readonly fault: string } {
  const key = word.replace(/^rancher:/, "");
  const name = secretNames.find((one) => one === key);
  if (name !== undefined) return { name };
  if (Object.values(modeSchemas).some(({ keys }) => Object.hasOwn(keys, key)))
    return { fault: `rancher:${key} is not secret. Write it in the stack file, so that previews show its changes.` };
  const meant = nearest(key, secretNames);
  const hint = meant === undefined ? `Secret keys: ${listed(secretNames)}.` : `Did you mean ${meant}?`;
  return { fault: `${quote(key)} is not a secret key. ${hint}` };
}

/** Why a stack file of this mode has no use for a secret. */
export function uselessIn(mode: Mode, name: SecretName): string | undefined {
  const names = secretsOf(mode);
  return names.includes(name)
    ? undefined
    : `rancher:${name} is not used in mode ${mode}. Secret keys of this mode: ${listed(names)}.`;
}
