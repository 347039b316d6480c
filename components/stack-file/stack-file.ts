import { printable } from "../program/printable.ts";
import type { Problem } from "../program/problem.ts";
import type { ReadFile } from "../program/read-file.ts";
import { scriptSizeProblems } from "./across-keys/script-sizes.ts";
import { asWritten, fromJsonTexts } from "./reading/as-written.ts";
import { parseStackFile } from "./reading/parsed.ts";
import { modeSchemaMeant } from "./mode-schemas.ts";
import type { ModeSchema } from "./mode-schema.ts";
import { highAvailabilityFindings } from "./across-keys/high-availability-rules.ts";
import { haproxyLayerProblems } from "./across-keys/layer-rules.ts";
import { misplacedCertificates } from "./keys/tls/misplaced-certificates.ts";
import { misplacedSecrets } from "./keys/secrets/misplaced-secrets.ts";
import { limits } from "./fields/limits.ts";
import type { Mapping } from "./reading/mapping.ts";
import { plannedChoices } from "./reading/unsupported.ts";
import type { Unsupported } from "./reading/unsupported.ts";
import { onlyWithProblems } from "./reading/key-conditions.ts";
import { oddValueProblems, tooManyKeys } from "./reading/odd-values.ts";
import { deprecatedProblems } from "./reading/deprecated.ts";
import { userKey } from "./reading/known-keys.ts";
import type { Findings, Reading } from "./reading/reading.ts";
import type { HighAvailabilityFile } from "./high-availability-schema.ts";
import type { Parsed } from "./reading/parsed.ts";
import { secretNames, secretsOf } from "./keys/secrets/secret-keys.ts";
import { highAvailabilitySettings } from "./high-availability-settings.ts";
import type { Settings } from "./settings.ts";
import { unknownKey } from "./reading/schema-problems.ts";
import type { KeyProblem } from "./reading/schema-problems.ts";
import { clusterOnlyChoices, withDefaultTls } from "./across-keys/single-node-choices.ts";
import { singleNodeFindings } from "./across-keys/single-node-rules.ts";
import type { SingleNodeFile } from "./single-node-schema.ts";
import { singleNodeSettings } from "./single-node-settings.ts";

/** Input of `readSettings`. Everything external is passed in, so that the function is pure. */
export interface StackFileSource {
  /**
   * Keys of the namespace `rancher` that are not secret, without the prefix. Top-level scalars are strings, as the
   * engine passes them; lists and mappings may be JSON text or already parsed.
   */
  readonly values: Readonly<Record<string, unknown>>;
  /** Plaintext of the secret keys, used only for checks and never quoted. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Secret keys whose plaintext is unknown. Their content is not checked. */
  readonly sealed?: readonly string[];
  /** Reads a file named in the stack file. */
  readonly readFile: ReadFile;
  readonly now: Date;
  /** Home folder on this machine, the default place for backups of a local Docker engine. */
  readonly home?: string;
}

export type ReadSettings =
  | { readonly settings: Settings; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/**
 * Reads a stack file and finds, in one pass, every problem that the file alone reveals. Returns settings only if there
 * is no problem, and warnings in either case. Pure; never throws on invalid input.
 */
export function readSettings(source: StackFileSource): ReadSettings {
  const read = readPlainSettings(source);
  const warnings = read.warnings.map(printableProblem);
  return "problems" in read
    ? { problems: firstOf(read.problems).map(printableProblem), warnings }
    : { settings: read.settings, warnings };
}

/** The first problems, up to the limit, and the number of the others. */
function firstOf(problems: readonly Problem[]): readonly Problem[] {
  const rest = problems.length - limits.problems;
  if (rest <= 0) return problems;
  const more = { key: "rancher:*", message: `has ${rest} more problems. Correct the ones above, then check again.` };
  return [...problems.slice(0, limits.problems), more];
}

/** The last step before output: no message contains terminal control characters, whatever a rule quotes. */
function printableProblem({ key, message }: Problem): Problem {
  return { key: printable(key), message: printable(message) };
}

function readPlainSettings(source: StackFileSource): ReadSettings {
  const tooMany = tooManyKeys(source.values);
  if (tooMany.length > 0) return { problems: tooMany, warnings: [] };
  const modeSchema = modeSchemaMeant(source.values);
  const odd = oddValueProblems(fromJsonTexts(source.values, modeSchema));
  const oddKeys = new Set(odd.map(({ key }) => topLevel(key)));
  const usable = Object.entries(source.values).filter(([key]) => !oddKeys.has(topLevel(userKey([key]))));
  const values = withDefaults(asWritten(Object.fromEntries(usable), modeSchema), modeSchema);
  const { sealed = [], secrets } = source;
  const secretsSet = [...new Set([...Object.keys(secrets), ...sealed])];

  // A special message for a key suppresses every other message about the key.
  const choices = choicesOf(values, modeSchema);
  const special: readonly KeyProblem[] = [
    ...odd,
    ...misplacedSecrets(values, secretsSet, modeSchema),
    ...misplacedCertificates(values),
    ...choices.problems,
  ];
  const { parsed, problems: shape } = parseStackFile(
    { ...values, ...choices.replacements },
    new Set([...choices.skipped, ...secretsSet, ...oddKeys]),
    modeSchema,
  );
  const invalid = new Set([...special, ...shape].map(({ key }) => key));
  const unknown = unknownKeys(values, modeSchema);
  const answered = new Set([...special, ...unknown, ...shape].map(({ answers }) => answers));
  const isUnreported = ({ key, message }: Problem) =>
    !special.some((other) => covers(other.key, key)) && !(answered.has(key) && message.startsWith("is missing"));
  const {
    problems: rules,
    warnings,
    certificates,
  } = findingsOf(parsed, modeSchema, {
    values,
    invalid,
    secrets,
    isSet: (name) => secretsSet.includes(name) || Object.hasOwn(values, name),
    context: { readFile: source.readFile, now: source.now, invalid },
  });
  const withoutEffect = onlyWithProblems(values, parsed, modeSchema.nodes, invalid);
  const problems = [...special, ...[...unknown, ...shape, ...withoutEffect, ...rules].filter(isUnreported)];
  if (problems.length > 0) return { problems: inFileOrder(problems, modeSchema), warnings };
  const settings =
    modeSchema.mode === "single-node"
      ? singleNodeSettings(parsed as SingleNodeFile, certificates, source.home)
      : highAvailabilitySettings(parsed as HighAvailabilityFile, certificates);
  const tooLarge = scriptSizeProblems(settings);
  return tooLarge.length > 0 ? { problems: tooLarge, warnings } : { settings, warnings };
}

function withDefaults(values: Mapping, { mode }: ModeSchema): Mapping {
  return mode === "single-node" ? withDefaultTls(values) : values;
}

/** Choices with special messages. */
function choicesOf(values: Mapping, { mode }: ModeSchema): Unsupported {
  if (mode === "single-node") return clusterOnlyChoices(values);
  const choices = plannedChoices(values);
  const problems = [...haproxyLayerProblems(values), ...deprecatedProblems(values), ...choices.problems];
  return { ...choices, problems };
}

function findingsOf(parsed: Mapping, { mode }: ModeSchema, reading: Reading): Findings {
  return mode === "single-node"
    ? singleNodeFindings(parsed as Parsed<SingleNodeFile>, reading)
    : highAvailabilityFindings(parsed as Parsed<HighAvailabilityFile>, reading);
}

function unknownKeys(values: Mapping, modeSchema: ModeSchema): readonly KeyProblem[] {
  const known: readonly string[] = [...Object.keys(modeSchema.keys), ...secretNames];
  return Object.keys(values).flatMap((key) => (known.includes(key) ? [] : unknownKey([], key, modeSchema)));
}

/** Whether a problem at one key also covers another key: the same one, or one inside it. */
function covers(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
}

/** `cluster` of `rancher:cluster.servers[0]`. */
function topLevel(key: string): string {
  return key.replace(/^rancher:/, "").replace(/[.[].*$/s, "");
}

/** Sorts by top-level key, in the order of the documentation; unknown keys come first. */
function inFileOrder(problems: readonly Problem[], { keys, mode }: ModeSchema): readonly Problem[] {
  const order: readonly string[] = [...Object.keys(keys), ...secretsOf(mode)];
  const place = ({ key }: Problem) => order.indexOf(topLevel(key));
  return problems.toSorted((a, b) => place(a) - place(b));
}
