import { stringify } from "yaml";
import { isUnknown, isWrappedSecret, type Registration } from "../engine/synthesis.ts";

/** The text of every artefact that a program would place, by its path in the output folder. */
export function renderedFiles(registrations: readonly Registration[]): Map<string, string> {
  return new Map(registrations.flatMap(filesOf).sort(([a], [b]) => a.localeCompare(b)));
}

function filesOf({ type, name, inputs }: Registration): [string, string][] {
  switch (type) {
    case "command:remote:Command":
    case "command:local:Command":
      return scriptFiles(name, inputs);
    case "kubernetes:helm.sh/v3:Release":
      return [[`cluster/${String(inputs["namespace"])}/release-${String(inputs["name"])}.yaml`, release(inputs)]];
    case "docker:index/container:Container":
      return [[`docker/container-${String(inputs["name"])}.yaml`, stringify(withoutSecrets(inputs))]];
    default:
      return type.startsWith("kubernetes:") ? [objectFile(inputs)] : [];
  }
}

/** The script's first line names its host. */
function scriptFiles(name: string, inputs: Registration["inputs"]): [string, string][] {
  const host = /^# host ([^\s,]+)/.exec(String(inputs["create"]))?.[1] ?? "unknown";
  const script = name.slice(host.length + 1).replace(/-script$/, "");
  const texts = ["create", "update", "delete"].map((step) => [`${script}.${step}.sh`, inputs[step]] as const);
  // The base script gets the functions of all scripts on standard input.
  const library = script === "base" ? ([["library.sh", inputs["stdin"]]] as const) : [];
  return [...texts, ...library].flatMap(([file, text]) =>
    typeof text === "string" ? [[`hosts/${host}/${file}`, text] as [string, string]] : [],
  );
}

function release(inputs: Registration["inputs"]): string {
  const { chart, version, repositoryOpts, values } = inputs as {
    chart: string;
    version: string;
    repositoryOpts?: { repo?: string };
    values: unknown;
  };
  // An OCI reference is repository and name in one.
  const [, registry, name = chart] = /^(oci:.*)\/([^/]+)$/.exec(chart) ?? [];
  const repository = repositoryOpts?.repo ?? registry ?? "-";
  return `# chart ${name} ${version} from ${repository}\n${stringify(withoutSecrets(values))}`;
}

function objectFile(inputs: Registration["inputs"]): [string, string] {
  const { kind = "object", metadata } = inputs as { kind?: string; metadata?: { name?: string; namespace?: string } };
  const folder = metadata?.namespace === undefined ? "cluster" : `cluster/${metadata.namespace}`;
  return [`${folder}/${kind.toLowerCase()}-${metadata?.name ?? "unnamed"}.yaml`, stringify(withoutSecrets(inputs))];
}

function withoutSecrets(value: unknown): unknown {
  if (isWrappedSecret(value)) return "[secret]";
  if (isUnknown(value)) return "[known after up]";
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutSecrets(each)]));
}
