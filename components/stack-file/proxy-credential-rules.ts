import type { Problem } from "../problem.ts";
import type { AnyDraft } from "./forms.ts";
import type { SecretName } from "./secret-keys.ts";

/** `proxyCredentials` needs a proxy to sign in to. */
export function proxyCredentialProblems(
  draft: AnyDraft,
  isSet: (name: SecretName) => boolean,
  invalid: ReadonlySet<string>,
): readonly Problem[] {
  if (!isSet("proxyCredentials") || hasProxy(draft)) return [];
  const place = "chartValues" in draft ? "rancher:chartValues.proxy" : "rancher:docker.proxy";
  if ([...invalid].some((key) => place.startsWith(key) || key.startsWith(place))) return [];
  return [
    {
      key: "rancher:proxyCredentials",
      message: `is set, but ${place} names no proxy. Name it there, or remove this: pulumi config rm rancher:proxyCredentials`,
    },
  ];
}

function hasProxy(draft: AnyDraft): boolean {
  if ("docker" in draft) return draft.docker?.proxy?.http !== undefined || draft.docker?.proxy?.https !== undefined;
  return "chartValues" in draft && typeof draft.chartValues?.["proxy"] === "string";
}
