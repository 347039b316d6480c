import { hasUnknown, own, type JsonObject, type Properties, type Value } from "../../protocol/property-value.ts";
import { isZero, type Fields } from "./schema.ts";

/**
 * The state after an apply: the values that were read, but sets as they were planned. Terraform's older SDK keeps the
 * planned sets, so the engine's values show only after the next refresh: normalizeNullValues in
 * helper/schema/grpc_provider.go of its SDK.
 */
export function afterApply(fields: Fields, planned: Properties, read: JsonObject): Properties {
  const state: Record<string, Value> = { ...read };
  for (const [name, field] of Object.entries(fields)) {
    const wanted = own(planned, name);
    const isList = field.type === "set" || field.type === "list" || field.type === "map";
    const isSet = field.type === "set" || (field.type === "block" && field.set === true);
    if (isSet && wanted !== undefined && !hasUnknown(wanted)) state[name] = wanted;
    else if ((field.type === "set" || field.type === "list") && field.of !== "text") state[name] ??= [];
    else if (isList && wanted === undefined && isZero(own(read, name))) delete state[name];
  }
  return state;
}
