import type { Problem } from "../problem.ts";
import type { ReadFile } from "../read-file.ts";
import type { Mapping } from "./mapping.ts";
import type { SecretName } from "./secret-keys.ts";
import type { ReadCertificates } from "./settings-from-parsed.ts";

/** What the rules of a stack file need beside its draft. */
export interface Reading {
  /** As written, without defaults. */
  readonly values: Mapping;
  /** Keys whose value was given and refused. */
  readonly invalid: ReadonlySet<string>;
  /** Plaintext of secrets, where it is known. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly isSet: (name: SecretName) => boolean;
  /** What certificates are judged in. */
  readonly context: {
    readonly readFile: ReadFile;
    readonly now: Date;
    readonly invalid: ReadonlySet<string>;
  };
}

/** What rules found. */
export interface Findings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly certificates: ReadCertificates;
}
