import { checkCompatibility } from "./compatibility.ts";
import type { Problem } from "./problem.ts";
import { chartValueProblems } from "./stack-file/chart-value-rules.ts";
import { asWritten, parseDraft } from "./stack-file/draft.ts";
import { checkHostKeys } from "./stack-file/host-key-rules.ts";
import { hostProblems } from "./stack-file/host-rules.ts";
import { hstsProblems } from "./stack-file/hsts-rules.ts";
import { floatingAddressProblems } from "./stack-file/floating-address-rules.ts";
import { haproxyLayerProblems, layerProblems } from "./stack-file/layer-rules.ts";
import { portProblems } from "./stack-file/port-rules.ts";
import { checkSites } from "./stack-file/site-rules.ts";
import { isMapping } from "./stack-file/mapping.ts";
import { misplacedCertificates } from "./stack-file/misplaced-certificates.ts";
import { misplacedSecrets } from "./stack-file/misplaced-secrets.ts";
import { choicesToCome, modeToCome } from "./stack-file/not-there-yet.ts";
import { olderGuideProblems } from "./stack-file/older-guides.ts";
import { stackFileSchema } from "./stack-file/schema.ts";
import type { Draft, StackFile } from "./stack-file/schema.ts";
import { secretNames } from "./stack-file/secret-keys.ts";
import type { SecretName } from "./stack-file/secret-keys.ts";
import { neededSecrets, secretProblems } from "./stack-file/secret-rules.ts";
import { settingsFrom } from "./stack-file/settings-from-draft.ts";
import type { Settings } from "./stack-file/settings.ts";
import { unknownKey } from "./stack-file/shape-problems.ts";
import { checkTls } from "./stack-file/tls-rules.ts";
import { planWarnings } from "./stack-file/warnings.ts";

export type {
  CertManagerSettings,
  ExistingClusterSettings,
  BalancerSettings,
  CertificateSettings,
  FloatingAddressSettings,
  HaproxySettings,
  JumpHostSettings,
  LoadBalancerSettings,
  NginxSettings,
  ServerSettings,
  Settings,
  SiteSettings,
  SshHostSettings,
  TlsSettings,
} from "./stack-file/settings.ts";

/** What `readSettings` reads from: everything from outside is handed in, so that reading stays pure. */
export interface StackFileSource {
  /**
   * Keys of the namespace `rancher` that are not secret, without the prefix. Top-level scalars are strings, as the
   * engine hands them over; lists and mappings may be JSON text or already parsed.
   */
  readonly values: Readonly<Record<string, unknown>>;
  /** Plaintext of the keys that are set as secrets, only to check them; never quoted. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Keys that are set as secrets and whose plaintext is not known here: what their text would tell is not checked. */
  readonly sealed?: readonly string[];
  /** Text of a file named in the stack file, or `undefined` when it cannot be read. */
  readonly readFile: (path: string) => string | undefined;
  readonly now: Date;
}

export type ReadSettings =
  | { readonly settings: Settings; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/**
 * Reads a stack file and finds everything that can be known to be wrong from it alone, in one pass. Settings come
 * back only when there is no problem; warnings are for every preview, either way. Pure, and never throws on bad input.
 */
export function readSettings(source: StackFileSource): ReadSettings {
  const values = asWritten(source.values);
  const toCome = modeToCome(values);
  if (toCome !== undefined) return { problems: [toCome], warnings: [] };

  const { sealed = [], secrets } = source;
  const secretsSet = [...new Set([...Object.keys(secrets), ...sealed])];
  const isSet = (name: SecretName) => secretsSet.includes(name) || Object.hasOwn(values, name);

  // What has a message of its own silences everything else about the same key.
  const choices = choicesToCome(values);
  const special = [
    ...misplacedSecrets(values, secretsSet),
    ...misplacedCertificates(values),
    ...haproxyLayerProblems(values),
    ...olderGuideProblems(values),
    ...choices.problems,
  ];
  const settled = new Set([...choices.settled, ...secretsSet]);
  const { draft, problems: shape } = parseDraft(values, settled);
  const isNews = ({ key }: Problem) => !special.some((other) => covers(other.key, key));
  const faulty = new Set([...special, ...shape].map(({ key }) => key));

  const hostKeys = checkHostKeys(draft, faulty);
  const known = (name: SecretName) => (Object.hasOwn(secrets, name) ? secrets[name] : undefined);
  const world = { readFile: source.readFile, now: source.now, faulty };
  const tls = checkTls(draft, { ...world, privateKey: known("tlsPrivateKey") });
  const sites = checkSites(draft, { ...world, privateKey: known("sitePrivateKeys") });
  const rules = [
    ...hostProblems(draft, faulty),
    ...hostKeys.problems,
    ...gate(draft, values),
    ...layerProblems(draft, values, faulty),
    ...portProblems(draft),
    ...floatingAddressProblems(draft, faulty),
    ...hstsProblems(draft),
    ...sites.problems,
    ...tls.problems,
    ...neededSecrets(draft, isSet, faulty),
    ...secretProblems(secrets, isSet),
    ...(isMapping(draft.chartValues) ? chartValueProblems(draft.chartValues) : []),
  ];
  const problems = [...special, ...[...unknownKeys(values), ...shape, ...rules].filter(isNews)];
  const warnings = [...hostKeys.warnings, ...sites.warnings, ...tls.warnings, ...planWarnings(draft)];
  if (problems.length > 0) return { problems: inFileOrder(problems), warnings };
  const certificates = { rancher: tls.certificate, caCertificate: tls.caCertificate, sites: sites.certificates };
  return { settings: settingsFrom(draft as StackFile, certificates), warnings };
}

/** The first gate: do the versions in the file work together? */
function gate(draft: Draft<StackFile>, { cluster }: Readonly<Record<string, unknown>>): readonly Problem[] {
  if (draft.version === undefined) return [];
  const needsCertManager = draft.tls?.source === "rancher" || draft.tls?.source === "letsEncrypt";
  return checkCompatibility({
    rancher: draft.version,
    kubernetes: draft.cluster?.version,
    certManager: needsCertManager ? draft.certManager?.version : undefined,
    distribution: isMapping(cluster) ? String(cluster.distribution) : "",
  });
}

function unknownKeys(values: Readonly<Record<string, unknown>>): readonly Problem[] {
  const known: readonly string[] = [...Object.keys(stackFileSchema.shape), ...secretNames];
  return Object.keys(values).flatMap((key) => (known.includes(key) ? [] : unknownKey([], key)));
}

/** Whether a problem at one key has said what there is to say about another: the same one, or one inside it. */
function covers(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
}

/** By top-level key, in the order of the documentation; what is not in it comes first. */
function inFileOrder(problems: readonly Problem[]): readonly Problem[] {
  const order: readonly string[] = [...Object.keys(stackFileSchema.shape), ...secretNames];
  const place = ({ key }: Problem) => order.indexOf(key.replace(/^rancher:/, "").replace(/[.[].*$/s, ""));
  return problems.toSorted((a, b) => place(a) - place(b));
}
