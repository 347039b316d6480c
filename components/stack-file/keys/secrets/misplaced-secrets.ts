import type { Problem } from "../../../program/problem.ts";
import { userKey } from "../../reading/known-keys.ts";
import type { Path } from "../../reading/known-keys.ts";
import { isMapping } from "../../reading/mapping.ts";
import type { Mapping } from "../../reading/mapping.ts";
import type { ModeSchema } from "../../mode-schema.ts";
import type { Mode } from "../../modes.ts";
import { secretCommand, secretNames, secretsOf } from "./secret-keys.ts";
import type { SecretName } from "./secret-keys.ts";
import { unknownKey } from "../../reading/schema-problems.ts";
import type { KeyProblem } from "../../reading/schema-problems.ts";

/** Secrets in plain text, and secret values that would only hide changes from previews. */
export function misplacedSecrets(
  values: Mapping,
  secretKeysSet: readonly string[],
  modeSchema: ModeSchema,
): readonly KeyProblem[] {
  return [
    ...Object.entries(values).flatMap(([key, value]) => inClear(key, value, modeSchema)),
    ...secretKeysSet.flatMap((key) => needlesslySecret(key, modeSchema)),
  ];
}

function inClear(key: string, value: unknown, { mode }: ModeSchema): readonly Problem[] {
  if (!secretNames.includes(key as SecretName)) return inside([key], value, mode);
  const known = "is in plain text in the stack file. Take it out, treat it as known to everyone who saw the file,";
  const message = secretsOf(mode).includes(key as SecretName)
    ? `${known} and set a new one: ${secretCommand(key as SecretName)}`
    : `${known} and set none: mode ${mode} has no use for it.`;
  return [{ key: `rancher:${key}`, message }];
}

function inside(path: Path, value: unknown, mode: Mode): readonly Problem[] {
  const key = userKey(path);
  const names = secretsOf(mode).join(", ");
  if (typeof value === "string" && /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value))
    return [
      {
        key,
        message: `holds a private key in plain text. Take it out, and treat it as known to everyone who saw the file. Secrets are keys of their own: ${names}.`,
      },
    ];
  if (Array.isArray(value)) return value.flatMap((item, index) => inside([...path, index], item, mode));
  if (!isMapping(value)) return [];
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0] === "secure")
    return [
      {
        key,
        message: `is a secure: value inside a structured key, which would hide all of rancher:${String(path[0])} from previews. Write it in plain text; secrets are keys of their own: ${names}.`,
      },
    ];
  return keys.flatMap((name) => inside([...path, name], value[name], mode));
}

function needlesslySecret(key: string, modeSchema: ModeSchema): readonly KeyProblem[] {
  if (secretNames.includes(key as SecretName)) return [];
  if (!Object.hasOwn(modeSchema.keys, key)) return [unknownKey([], key, modeSchema)];
  const message = `is secret, or contains a secure: value, which would hide it from previews. Write it in plain text; secrets are keys of their own: ${secretsOf(modeSchema.mode).join(", ")}.`;
  return [{ key: `rancher:${key}`, message }];
}
