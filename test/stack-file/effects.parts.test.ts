import { describe, expect, it } from "vitest";
import { HighAvailability } from "../../components/recipes/high-availability.ts";
import { SingleNode } from "../../components/recipes/single-node.ts";
import { isMapping } from "../../components/stack-file/reading/mapping.ts";
import { alternatives, userKey } from "../../components/stack-file/reading/known-keys.ts";
import { modeSchemaMeant } from "../../components/stack-file/mode-schemas.ts";
import type { SchemaNode } from "../../components/stack-file/reading/schema-node.ts";
import { readSettings } from "../../components/stack-file/stack-file.ts";
import type { Settings } from "../../components/stack-file/settings.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { devSecrets } from "../support/dev-stack.ts";
import { hostKey, prodCluster, prodSecrets } from "../support/prod-stack.ts";
import { goodSingleNode, goodSource } from "../stack-files/stack-file-case.ts";

/** In this tier because it synthesises a stack for each of some two hundred keys. */
type Values = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

const certificate = { certificate: { onHost: "/etc/ssl/a.pem" }, privateKey: { onHost: "/etc/ssl/a.key" } };
const jumpHost = { address: "192.0.2.1", hostKey };
const lb = (number: number) => ({ name: `lb-${number}`, address: `192.0.2.2${number}`, hostKey });
const wiki = { name: "wiki", hostname: "wiki.example.com", upstreams: ["192.0.2.31:8080"], ...certificate };
const upstreamByName = { ...wiki, upstreams: ["wiki.internal.example.com:8080"] };

/** Together they have every choice of the schema. */
const stacks: Readonly<Record<string, Values>> = {
  "nginx at layer 4": {
    ...goodSource().values,
    loadBalancer: { kind: "nginx", hosts: [{ ...lb(1), jumpHost }, lb(2)], floatingAddress: { address: "192.0.2.9" } },
    tls: { source: "letsEncrypt", email: "ops@example.com" },
    hostname: "rancher.example.com",
  },
  "nginx at layer 7 in a container": {
    ...goodSource().values,
    loadBalancer: { kind: "nginx", layer: 7, runAs: "container", hosts: [lb(1)], sites: [upstreamByName] },
    tls: { source: "secret", ...certificate },
  },
  HAProxy: { ...goodSource().values, loadBalancer: { kind: "haproxy", hosts: [lb(1)] } },
  "a load balancer of others": { ...goodSource().values, loadBalancer: { kind: "external" } },
  "a single node on this machine": {
    ...goodSingleNode().values,
    docker: { host: "local" },
    loadBalancer: { kind: "nginx" },
  },
  "a single node over SSH": {
    ...goodSingleNode().values,
    docker: { host: { name: "rancher-1", address: "192.0.2.20", hostKey } },
    loadBalancer: { kind: "nginx", runAs: "host", sites: [upstreamByName] },
  },
  "a single node alone": { ...goodSingleNode().values, docker: { host: "local" }, loadBalancer: { kind: "none" } },
};

/** Values that differ from the default and from the stack's, where no value can be derived from the schema. */
const others: Readonly<Record<string, unknown>> = {
  hostname: "other.example.com",
  version: "2.15.1",
  "certManager.version": "1.21.1",
  "loadBalancer.image": "nginx:1.30.5",
  "loadBalancer.nginx.maxBodySize": "7m",
  "loadBalancer.sites.0.name": "manual",
  "loadBalancer.sites.0.hostname": "manual.example.com",
  "loadBalancer.floatingAddress.address": "192.0.2.8",
  "tls.email": "others@example.com",
  "docker.backup.folder": "/srv/backups",
};

/**
 * Facts about the user's environment, which are only checked, or which only some choices read: they may stay in the stack
 * file when the choice changes. Without nginx, the hostname is in the outputs only.
 */
const facts = /^rancher:(ssh|cluster\.(version|ingressController|servers)|certManager|hostname$)/;

describe.each(Object.entries(stacks))("in a stack file with %s", (_, values) => {
  it("every key has an effect, or is rejected", async () => {
    const before = await registered(settingsOf(values));
    const idle: string[] = [];
    const accepted: string[] = [];
    for (const [path, value] of changes(values)) {
      const changed = read(changedAt(values, path, value));
      if ("problems" in changed) continue;
      accepted.push(userKey(path));
      if ((await registered(changed.settings)) === before) idle.push(userKey(path));
    }

    expect(idle.filter((key) => !facts.test(key))).toEqual([]);
    expect(accepted.length).toBeGreaterThan(5);
  });
});

function read(values: Values) {
  const source = values["mode"] === "single-node" ? goodSingleNode() : goodSource();
  return readSettings({ ...source, values });
}

function settingsOf(values: Values): Settings {
  const result = read(values);
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.settings;
}

/** Every resource that the stack registers, as one text. */
async function registered(settings: Settings): Promise<string> {
  const { registrations } = await synthesise(
    () =>
      settings.mode === "single-node"
        ? new SingleNode("rancher", { settings, secrets: devSecrets() })
        : new HighAvailability("rancher", { settings, secrets: prodSecrets(), cluster: prodCluster() }),
    {
      stack: "test",
      preview: false,
      state: () => ({ stdout: "printed", result: "made" }),
      call: () => ({ sha256Digest: "sha256:0" }),
    },
  );
  return JSON.stringify(registrations);
}

/** A different value for every key of the schema that this stack file has or may have. */
function changes(values: Values): readonly (readonly [Path, unknown])[] {
  return changesIn(modeSchemaMeant(values).nodes, values, []);
}

function changesIn(node: SchemaNode, value: unknown, path: Path): readonly (readonly [Path, unknown])[] {
  const written = alternatives([node]).filter((one) => isWrittenAs(one, value));
  const properties = written.flatMap((one) => Object.entries(one.properties ?? {}));
  if (properties.length > 0)
    return properties.flatMap(([key, inner]) =>
      changesIn(inner, isMapping(value) ? value[key] : undefined, [...path, key]),
    );
  if (node.items !== undefined && Array.isArray(value) && value.length > 0)
    return changesIn(node.items, value[0], [...path, 0]);
  const other = others[path.join(".")] ?? different(node, value);
  return other === undefined ? [] : [[path, other]];
}

/** Whether a value is, or may be, of this alternative. */
function isWrittenAs({ properties = {}, type }: SchemaNode, value: unknown): boolean {
  if (value !== undefined && !isMapping(value)) return type !== "object";
  return Object.entries(properties).every(
    ([key, { const: only }]) => only === undefined || (isMapping(value) ? (value[key] ?? only) === only : true),
  );
}

function different(node: SchemaNode, value: unknown): unknown {
  const now = value ?? node.default;
  if (node.type === "boolean") return !(now ?? false);
  if (node.enum !== undefined) return node.enum.find((one) => one !== now);
  if (node.type === "integer" || node.type === "number") {
    const number = typeof now === "number" ? now : (node.minimum ?? 0);
    return number < (node.maximum ?? Infinity) ? number + 1 : number - 1;
  }
  const example = alternatives([node]).flatMap(({ examples = [] }) => examples)[0] ?? node.examples?.[0];
  return example;
}

function changedAt(values: Values, path: Path, value: unknown): Values {
  const changed = structuredClone(values) as Record<string | number, unknown>;
  let inner = changed;
  for (const key of path.slice(0, -1)) inner = (inner[key] ??= {}) as typeof changed;
  inner[path.at(-1) ?? ""] = value;
  return changed;
}
