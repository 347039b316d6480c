import { hasUnknown, isProperties, own, type Properties, type Value } from "../../protocol/property-value.ts";
import { memberPrint, sameValue } from "./same-value.ts";
import { isZero, type Field, type Fields } from "./schema.ts";

/**
 * Whether Terraform would replace the resource. A list of blocks with the mark causes a replacement only if their number
 * changes, because the properties of a block have separate marks.
 */
export function needsReplacement(fields: Fields, prior: Properties, planned: Properties): boolean {
  return Object.entries(fields).some(([name, field]) => fieldReplaces(field, own(prior, name), own(planned, name)));
}

function fieldReplaces(field: Field, old: Value | undefined, wanted: Value | undefined): boolean {
  if (sameValue(field, old, wanted)) return false;
  const isOfBlocks = field.type === "block" || ((field.type === "list" || field.type === "set") && field.of !== "text");
  if (!isOfBlocks || wanted === undefined || typeof wanted === "symbol") return field.replaces === true;
  const of = field.of as Fields;
  const [olds, news] = [members(old), members(wanted)];
  if (field.replaces === true && olds.length !== news.length) return true;
  if (field.type === "set") {
    const [before, after] = [olds.map((one) => memberPrint(of, one)), news.map((one) => memberPrint(of, one))];
    const gone = olds.filter((_, at) => !after.includes(before[at]!));
    const come = news.filter((_, at) => !before.includes(after[at]!));
    return [...gone, ...come].some((member) => holdsReplacing(of, member));
  }
  return Array.from({ length: Math.max(olds.length, news.length) }).some((_, at) => {
    const one = olds[at];
    const other = news[at];
    if (!isProperties(one) || !isProperties(other)) return holdsReplacing(of, one ?? other);
    return needsReplacement(of, one, other);
  });
}

function members(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly Value[]) : [value];
}

function holdsReplacing(fields: Fields, member: Value | undefined): boolean {
  if (!isProperties(member)) return false;
  return Object.entries(fields).some(([name, field]) => {
    const value = own(member, name);
    return (field.replaces === true && (hasUnknown(value) || !isZero(value))) || fieldReplaces(field, undefined, value);
  });
}
