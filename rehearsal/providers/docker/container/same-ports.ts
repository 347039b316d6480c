import { isProperties, type Properties, type Value } from "../../protocol/property-value.ts";

/** Whether the same ports are published, in any order. The genuine provider ignores a different order. */
export function samePorts(old: Value | undefined, wanted: Value): boolean {
  const [olds, news] = [blocks(old), blocks(wanted)];
  if (olds === undefined || news === undefined || olds.length !== news.length) return false;
  return olds.every((one) => {
    const twin = news.find((other) => other["internal"] === one["internal"] && protocol(other) === protocol(one));
    return twin !== undefined && twin["external"] === one["external"] && address(twin) === address(one);
  });
}

function blocks(value: Value | undefined): readonly Properties[] | undefined {
  return Array.isArray(value) && value.every(isProperties) ? (value as readonly Properties[]) : undefined;
}

const protocol = (port: Properties): Value => port["protocol"] ?? "tcp";
const address = (port: Properties): Value => port["ip"] || "0.0.0.0";
