import { parse } from "yaml";
import { isMapping } from "../stack-file/reading/mapping.ts";
import { addTemplateValues } from "./template-values.ts";
import { emptyTree, nodeAt, type ValueTree } from "./value-tree.ts";

/** Files of a chart by their path in it: `values.yaml`, `templates/deployment.yaml`. */
export type ChartFiles = ReadonlyMap<string, string>;

/**
 * The values that a chart knows: those in values.yaml, in its templates and in values.schema.json.
 *
 * @throws if one of its files cannot be parsed.
 */
export function knownValues(files: ChartFiles): ValueTree {
  const tree = emptyTree();
  addDefaults(tree, parsed(files, "values.yaml"));
  addSchema(tree, parsed(files, "values.schema.json"));
  for (const text of files.values()) addTemplateValues(tree, text);
  for (const name of subcharts(files)) nodeAt(tree, [name]).open = true;
  return tree;
}

function parsed(files: ChartFiles, name: string): unknown {
  try {
    return parse(files.get(name) ?? "");
  } catch {
    throw new Error(`its ${name} cannot be read`);
  }
}

/** An empty map, a list, an empty text and null do not tell which values are allowed below. */
function addDefaults(node: ValueTree, value: unknown): void {
  if (!isMapping(value)) {
    node.open ||= value === null || value === "" || Array.isArray(value);
    return;
  }
  const entries = Object.entries(value);
  node.open ||= entries.length === 0;
  for (const [key, inner] of entries) addDefaults(nodeAt(node, [key]), inner);
}

function addSchema(node: ValueTree, schema: unknown): void {
  if (!isMapping(schema)) return;
  const { properties, patternProperties, additionalProperties, $ref } = schema;
  node.open ||= $ref !== undefined || patternProperties !== undefined;
  node.open ||= additionalProperties === true || isMapping(additionalProperties);
  if (isMapping(properties))
    for (const [key, inner] of Object.entries(properties)) addSchema(nodeAt(node, [key]), inner);
  const others = [schema["allOf"], schema["anyOf"], schema["oneOf"], schema["if"], schema["then"], schema["else"]];
  for (const other of others.flat()) addSchema(node, other);
}

/** Names of the subcharts' values; `global` goes to all subcharts. */
function subcharts(files: ChartFiles): readonly string[] {
  const listed = ["Chart.yaml", "requirements.yaml"].flatMap((file) => {
    const chart = parsed(files, file);
    const dependencies = isMapping(chart) ? chart["dependencies"] : undefined;
    return Array.isArray(dependencies) ? (dependencies as unknown[]).filter(isMapping) : [];
  });
  const names = listed.map(({ name, alias }) => String(alias ?? name));
  return names.length === 0 ? ["global"] : ["global", "tags", ...names];
}
