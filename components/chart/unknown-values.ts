import { ruledChartValue } from "../stack-file/keys/chart-values/chart-value-rules.ts";
import { isMapping, type Mapping } from "../stack-file/reading/mapping.ts";
import { nearest } from "../stack-file/reading/nearest.ts";
import { listed, type Problem } from "../program/problem.ts";
import { printable } from "../program/printable.ts";
import { addTemplateValues } from "./template-values.ts";
import { emptyTree, has, pathsOf, type ValueTree } from "./value-tree.ts";

/** A chart, and the values it knows. */
export interface KnownChart {
  /** `rancher 2.15.2` */
  readonly title: string;
  readonly known: ValueTree;
}

/** Maximum number of places that a message names. */
const mostPlaces = 3;

/** Reports values that the chart does not have. Helm accepts them without effect. */
export function unknownChartValues({ title, known }: KnownChart, values: Mapping): readonly Problem[] {
  const used = emptyTree();
  for (const text of textsIn(values)) addTemplateValues(used, text); // rendered with `tpl`, such as extraObjects
  const unknownIn = (node: ValueTree, mapping: Mapping, above: readonly string[]): readonly Problem[] => {
    if (node.open) return [];
    return Object.entries(mapping).flatMap(([key, value]) => {
      const path = [...above, key];
      const child = node.children.get(key);
      if (child !== undefined) return isMapping(value) ? unknownIn(child, value, path) : [];
      if (has(used, path)) return [];
      const message = `is not a value of the chart ${title}, and has no effect. ${remedyFor(meant(known, node, path))}`;
      return [{ key: `rancher:chartValues.${printable(path.join("."))}`, message }];
    });
  };
  return unknownIn(known, values, []);
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The same key in another spelling, otherwise at another level, otherwise a similar key. */
function meant(known: ValueTree, node: ValueTree, path: readonly string[]): readonly string[] {
  const key = path.at(-1) ?? "";
  const above = path.slice(0, -1);
  const same = (other: string) => other.toLowerCase() === key.toLowerCase();
  const beside = [...node.children.keys()];
  const here = (name: string) => [...above, name].join(".");
  const respelt = beside.find(same);
  if (respelt !== undefined) return [here(respelt)];
  const elsewhere = pathsOf(known).filter((other) => same(other.at(-1) ?? ""));
  const nearness = Math.max(...elsewhere.map((other) => sharedKeys(other, path)));
  const near = elsewhere.filter((other) => sharedKeys(other, path) === nearness);
  if (near.length > 0 && near.length <= mostPlaces) return near.map((other) => other.join("."));
  const similar = nearest(key, beside);
  return similar === undefined ? [] : [here(similar)];
}

/** Number of leading keys that two paths share. */
function sharedKeys(one: readonly string[], other: readonly string[]): number {
  const parting = one.findIndex((key, index) => key !== other[index]);
  return parting === -1 ? one.length : parting;
}

function remedyFor(paths: readonly string[]): string {
  const [first] = paths;
  if (first === undefined) return "Leave it out, or check the chart's values.yaml.";
  const rule = paths.length === 1 ? ruledChartValue(first) : undefined;
  return rule === undefined ? `Did you mean ${listed(paths, "or")}?` : `If you meant ${first}: that ${rule}.`;
}
