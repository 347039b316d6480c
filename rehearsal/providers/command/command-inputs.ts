import {
  isProperties,
  own,
  reveal,
  Secret,
  type Json,
  type Properties,
  type Value,
} from "../protocol/property-value.ts";
import type { Checked } from "../protocol/plugin.ts";

/** Whether output is shown while the command runs. */
export type Logging = "stdout" | "stderr" | "stdoutAndStderr" | "none";

/** One hop: address, user and host key. */
export interface Hop {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly privateKey?: string;
  readonly agentSocketPath?: string;
  /** `type base64`; if not set, the host is not verified. */
  readonly hostKey?: string;
  /** Failed attempts before dialling is given up; -1 for no limit. */
  readonly dialErrorLimit: number;
  /** Timeout of each attempt, in seconds; 0 for no limit. */
  readonly perDialTimeout: number;
}
/** A connection, through a jump host if there is one. */
export interface Connection extends Hop {
  readonly proxy?: Hop;
}

const hopDefaults = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };
const hopKeys = [
  ...["host", "port", "user", "password", "privateKey", "privateKeyPassword", "agentSocketPath"],
  ...["dialErrorLimit", "perDialTimeout", "hostKey"],
];
const common = ["create", "update", "delete", "triggers", "stdin", "logging", "environment", "addPreviousOutputInEnv"];
/** The inputs of each resource. */
export const inputKeys = {
  remote: [...common, "connection"],
  local: [...common, "dir", "interpreter", "assetPaths", "archivePaths"],
};
/** Inputs that this fake rejects, because it does not implement them. */
const notSimulated = new Set(["password", "privateKeyPassword", "assetPaths", "archivePaths"]);
const loggings: readonly Json[] = ["stdout", "stderr", "stdoutAndStderr", "none", null];

/** Fills in the defaults and rejects invalid inputs. Messages never quote a value. */
export function checkInputs(kind: keyof typeof inputKeys, news: Properties): Checked {
  const failures = refuse(news, inputKeys[kind], "");
  if (!loggings.includes(reveal(own(news, "logging")))) {
    failures.push({ property: "logging", reason: "must be one of stdout, stderr, stdoutAndStderr, none" });
  }
  if (kind === "local") return { inputs: news, failures };

  const given = news["connection"];
  const connection = given instanceof Secret ? given.value : given;
  if (connection === undefined || connection === null) {
    return { inputs: news, failures: [...failures, { property: "connection", reason: "Missing required field" }] };
  }
  if (!isProperties(connection)) return { inputs: { ...news, connection: new Secret(connection) }, failures };

  failures.push(...refuse(connection, [...hopKeys, "proxy"], "connection."));
  const filled: Record<string, Value> = { ...hopDefaults, ...connection };
  const proxy = own(connection, "proxy");
  if (isProperties(proxy)) {
    failures.push(...refuse(proxy, hopKeys, "connection.proxy."));
    filled["proxy"] = { ...hopDefaults, ...proxy };
  }
  for (const [property, hop] of [
    ["connection.host", connection],
    ["connection.proxy.host", proxy],
  ] as const) {
    if (isProperties(hop) && own(hop, "host") === undefined)
      failures.push({ property, reason: "Missing required field" });
  }
  return { inputs: { ...news, connection: new Secret(filled) }, failures };
}

function refuse(given: Properties, known: readonly string[], prefix: string): { property: string; reason: string }[] {
  return Object.keys(given)
    .filter((key) => !known.includes(key) || notSimulated.has(key))
    .map((key) => ({
      property: prefix + key,
      reason: notSimulated.has(key)
        ? "not supported by the fake command provider; install the genuine one"
        : `Unrecognized field '${key}'`,
    }));
}
