import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { describeProblems } from "../../components/program/problem.ts";
import { readSettings } from "../../components/stack-file/stack-file.ts";
import type { StackFileSource } from "../../components/stack-file/stack-file.ts";
import { readStackYaml } from "../../operations/stack/stack-yaml.ts";

/** One wrong stack file: how it differs from `good.yaml`, and every line of the expected problems. */
export interface StackFileCase {
  readonly name: string;
  readonly source: StackFileSource;
  readonly problems: readonly string[];
}

interface Written {
  readonly name: string;
  /** The good file it is based on. @default `good` */
  readonly from?: "good" | "single-node";
  /** Replaces keys of `good.yaml`; `~` removes one. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Replaces everything in `good.yaml`. */
  readonly only?: Readonly<Record<string, unknown>>;
  /** Beside a good kubeconfig; `{}` removes that, and `~` stands for a secret that is set and cannot be read here. */
  readonly secrets?: Readonly<Record<string, string | null>>;
  readonly problems?: readonly string[];
}

const wrong = join(import.meta.dirname, "wrong");

export const kubeconfig = "clusters: [{ name: rancher }]\ncontexts: [{ name: rancher }]\ncurrent-context: rancher\n";

export const now = new Date("2026-11-21T12:00:00Z");

/** The source of `good.yaml`, with its one secret. */
export function goodSource(): StackFileSource {
  const read = readStackYaml(join(import.meta.dirname, "good.yaml"), now);
  return { ...read, secrets: { kubeconfig }, readFile: () => undefined };
}

/** The same for a single node, over SSH. */
export function goodSingleNode(): StackFileSource {
  const read = readStackYaml(join(import.meta.dirname, "single-node.yaml"), now);
  return { ...read, readFile: () => undefined, home: "/home/ops" };
}

export const topics = readdirSync(wrong).map((file) => file.replace(".yaml", ""));

/** Every case of one file under `wrong/`. */
export function casesOf(topic: string): readonly StackFileCase[] {
  const documents = parseAllDocuments(readFileSync(join(wrong, `${topic}.yaml`), "utf8"));
  return documents.map((document) => caseFrom(document.toJS() as Written));
}

function caseFrom({ name, from = "good", config = {}, only, secrets, problems = [] }: Written): StackFileCase {
  const good = from === "good" ? goodSource() : goodSingleNode();
  const extra = secrets === undefined || Object.keys(secrets).length > 0 ? good.secrets : {};
  const all: Readonly<Record<string, string | null>> = { ...extra, ...secrets };
  const known = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null);
  return {
    name,
    problems,
    source: {
      ...good,
      values: only ?? withoutNulls({ ...good.values, ...config }),
      secrets: Object.fromEntries(known),
      sealed: Object.keys(all).filter((key) => all[key] === null),
    },
  };
}

function withoutNulls(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** Problems of a result, line by line; empty for a valid stack file. */
export function linesOf(source: StackFileSource): readonly string[] {
  const read = readSettings(source);
  return "problems" in read ? describeProblems(read.problems).split("\n") : [];
}
