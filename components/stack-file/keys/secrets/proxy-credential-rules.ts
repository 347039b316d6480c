import type { Problem } from "../../../program/problem.ts";
import type { AnyParsed } from "../../reading/parsed-file.ts";
import { removeSecretCommand } from "./secret-keys.ts";
import type { SecretName } from "./secret-keys.ts";

/** `proxyCredentials` needs a proxy. */
export function proxyCredentialProblems(
  parsed: AnyParsed,
  isSet: (name: SecretName) => boolean,
  invalid: ReadonlySet<string>,
): readonly Problem[] {
  if (!isSet("proxyCredentials") || hasProxy(parsed)) return [];
  const place = "chartValues" in parsed ? "rancher:chartValues.proxy" : "rancher:docker.proxy";
  if ([...invalid].some((key) => place.startsWith(key) || key.startsWith(place))) return [];
  return [
    {
      key: "rancher:proxyCredentials",
      message: `is set, but ${place} names no proxy. Name it there, or remove this: ${removeSecretCommand("proxyCredentials")}`,
    },
  ];
}

function hasProxy(parsed: AnyParsed): boolean {
  if ("docker" in parsed) return parsed.docker?.proxy?.http !== undefined || parsed.docker?.proxy?.https !== undefined;
  return "chartValues" in parsed && typeof parsed.chartValues?.["proxy"] === "string";
}
