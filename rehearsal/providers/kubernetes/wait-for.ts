import type { Json, JsonObject } from "../protocol/property-value.ts";
import { mapAt } from "./manifest.ts";

/** A condition for an object's readiness. */
export interface Condition {
  /** The user's text, for messages. */
  readonly text: string;
  isMet(live: JsonObject): boolean;
}

/**
 * Reads the annotation `pulumi.com/waitFor`: `condition=Ready`, `condition=Ready=False`, `jsonpath={.status.phase}`,
 * `jsonpath={.status.phase}=Running`, or a JSON list of those. Paths are keys and indices; filters are not supported.
 */
export function conditionsOf(waitFor: string): Condition[] {
  const texts = waitFor.trimStart().startsWith("[") ? (JSON.parse(waitFor) as string[]) : [waitFor];
  return texts.map(condition);
}

function condition(text: string): Condition {
  const named = /^condition=([^=]+)(?:=(.*))?$/.exec(text);
  if (named) {
    const [, type = "", status = "True"] = named;
    return { text, isMet: (live) => statusOf(live, type)?.toLowerCase() === status.toLowerCase() };
  }
  const path = /^jsonpath=\{?([^}=]+)\}?(?:=(.*))?$/.exec(text);
  if (!path) throw new Error(`pulumi.com/waitFor ${JSON.stringify(text)} is neither condition= nor jsonpath=`);
  const [, where = "", wanted] = path;
  const steps = stepsOf(where);
  return {
    text,
    isMet: (live) => {
      const found = steps.reduce<Json | undefined>(
        (value, step) => (typeof value === "object" && value !== null ? (value as JsonObject)[step] : undefined),
        live,
      );
      return wanted === undefined ? found !== undefined && found !== null : String(found) === wanted;
    },
  };
}

function statusOf(live: JsonObject, type: string): string | undefined {
  const conditions = mapAt(live, "status")["conditions"];
  const all = Array.isArray(conditions) ? (conditions as { type?: string; status?: string }[]) : [];
  return all.find((each) => each.type?.toLowerCase() === type.toLowerCase())?.status;
}

function stepsOf(path: string): string[] {
  const steps: string[] = [];
  const rest = path
    .replace(/^\$/, "")
    .replace(/\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^']+)'\]/g, (_all, key, index, quoted) => {
      steps.push(String(key ?? index ?? quoted));
      return "";
    });
  if (rest !== "")
    throw new Error(`pulumi.com/waitFor path ${path} is not supported by the fake provider: only keys and indices are`);
  return steps;
}
