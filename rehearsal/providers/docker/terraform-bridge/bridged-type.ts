import { NotReady, type Request, type ResourceType } from "../../protocol/plugin.ts";
import {
  own,
  revealMap,
  unknown,
  type JsonObject,
  type Properties,
  type Value,
} from "../../protocol/property-value.ts";
import { terraformBridgedDifference } from "./difference.ts";
import { checkedInputs, importedInputs, refreshedInputs } from "./inputs.ts";
import { plan } from "./plan.ts";
import { afterApply } from "./after-apply.ts";
import { defaultsKey, isZero, type Fields } from "./schema.ts";

/** A resource type of the Terraform provider. States have Pulumi's property names, and no unknown values. */
export interface Lifecycle {
  readonly fields: Fields;
  /** Properties that only the engine provides. */
  readonly outputsOnly: readonly string[];
  /** Whether the engine's name is derived from the resource's if the program sets none. */
  readonly autonamed: boolean;
  /** Whether a replacement always deletes first. Otherwise it does so only if the program sets the name. */
  readonly deleteBeforeReplace: boolean;
  /**
   * Creates it; returns its id.
   * @param made called with the id as soon as an error would leave something behind.
   */
  create(planned: JsonObject, made: (id: string) => void): Promise<string>;
  /** The current state; undefined if the object no longer exists. */
  read(id: string, state: JsonObject): Promise<(JsonObject & { readonly id?: string }) | undefined>;
  /** Changes it from the old to the planned state, and reads it afterwards, only as far as the genuine provider does. */
  update?(id: string, old: JsonObject, planned: JsonObject): Promise<JsonObject | undefined>;
  delete(id: string, state: JsonObject): Promise<void>;
}

/**
 * A resource of a Terraform provider that Pulumi uses through its bridge.
 *
 * Facts: pkg/tfbridge/provider.go of pulumi/pulumi-terraform-bridge v3.137.0.
 */
export function terraformBridgedType(life: Lifecycle): ResourceType {
  const { fields } = life;
  return {
    check: (request, olds, news) => {
      const inputs = checkedInputs(fields, olds, news, life.autonamed ? request.name : undefined);
      const failures = Object.keys(news)
        .filter((name) => own(fields, name) === undefined || life.outputsOnly.includes(name))
        .filter((property) => property !== defaultsKey && !isZero(news[property]))
        .map((property) => ({ property, reason: notSimulated(request.type, property) }));
      return { inputs, failures };
    },
    diff: (_request, olds, _oldInputs, news) =>
      terraformBridgedDifference(
        fields,
        olds,
        plan(fields, olds, news),
        news,
        life.deleteBeforeReplace || (life.autonamed && !isDefault(news, "name")),
      ),
    create: async (request, inputs) => {
      const planned = plan(fields, undefined, inputs);
      if (request.preview) return { id: "", outputs: planned };
      let made: string | undefined;
      try {
        const id = await life.create(known(planned), (id) => (made = id));
        made = id;
        const found = await life.read(id, known(planned));
        if (found === undefined) throw new Error("it no longer exists after its creation");
        const { id: readId, ...state } = found;
        return { id: readId ?? id, outputs: afterApply(fields, planned, state) };
      } catch (error) {
        if (made === undefined) throw new Error(asList(error));
        throw new NotReady(`creating ${request.urn}: ${asList(error)}`, made, known(planned));
      }
    },
    update: async (request, id, olds, news) => {
      const planned = plan(fields, olds, news);
      if (request.preview) return planned;
      const state = await saying("updating", request, async () => life.update?.(id, revealMap(olds), known(planned)));
      return state ?? known(planned);
    },
    read: async (request, id, outputs, inputs) => {
      const found = await saying("refreshing", request, () => life.read(id, revealMap(outputs)));
      if (found === undefined) return undefined;
      const { id: readId, ...state } = found;
      const isImport = Object.keys(outputs).length === 0;
      return {
        ...(readId !== undefined && { id: readId }),
        outputs: state,
        inputs: isImport ? importedInputs(fields, life.outputsOnly, state) : refreshedInputs(fields, inputs, state),
      };
    },
    delete: (request, id, outputs) => saying("deleting", request, () => life.delete(id, revealMap(outputs))),
  };
}

async function saying<Result>(what: string, request: Request, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${what} ${request.urn}: ${asList(error)}`);
  }
}

/** Formats an error as the bridge does. */
function asList(error: unknown): string {
  return `1 error occurred:\n\t* ${error instanceof Error ? error.message : String(error)}\n\n`;
}

function notSimulated(type: string, property: string): string {
  return `${type}: ${property} is not supported by the fake docker provider; install the genuine one`;
}

function isDefault(inputs: Properties, name: string): boolean {
  const defaults = own(inputs, defaultsKey);
  return Array.isArray(defaults) && defaults.includes(name);
}

/** The plan without the values that only the engine provides. */
function known(planned: Properties): JsonObject {
  const entries = Object.entries(planned).filter(([, value]) => value !== unknown);
  return revealMap(Object.fromEntries(entries.map(([name, value]) => [name, withoutUnknown(value)])));
}

function withoutUnknown(value: Value): Value {
  if (Array.isArray(value)) return (value as readonly Value[]).filter((entry) => entry !== unknown).map(withoutUnknown);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== unknown)
      .map(([name, entry]) => [name, withoutUnknown(entry as Value)]),
  );
}
