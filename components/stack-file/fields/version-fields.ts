import { valid } from "semver";
import { quote } from "../reading/quote.ts";
import type { FieldCheck } from "./network-fields.ts";

const floating = /^(latest|stable|alpha|head|main|master|v?\d+\.x|v?\d+\.\d+\.x|\^.*|~.*|[<>=].*|\*)$/i;

/**
 * One exact version, `2.15.2`. The engine passes an unquoted `2.10` as `2.1`, so two parts may not be the version that
 * was written. They are rejected, not completed.
 */
export function checkVersion(product: string, example: string): FieldCheck {
  return (value) => {
    if (floating.test(value))
      return (
        `is ${quote(value)}, which does not name one version. A preview has to show what would change, and a ` +
        `rollback needs a version to return to. Name one version, such as ${example}.`
      );
    if (/^v?\d+(\.\d+)?$/.test(value))
      return (
        `is ${quote(value)}; ${product} versions have three parts, and YAML reads an unquoted 2.10 as 2.1. ` +
        `Write all three, such as ${example}.`
      );
    const [, plain] = /^v?(\d+\.\d+\.\d+)[-_](amd64|arm64|x86_64|aarch64|linux|windows)\b/i.exec(value) ?? [];
    if (plain !== undefined)
      return `is ${quote(value)}, an image tag for one architecture. Write only the version: ${plain}.`;
    if (/^v\d+\.\d+\.\d+$/.test(value)) return `is ${quote(value)}. Leave out the leading v: ${value.slice(1)}.`;
    if (/^v?\d+\.\d+\.\d+[-+]/.test(value) && valid(value) !== null)
      return `is ${quote(value)}, not a release. Prereleases cannot be upgraded; name a release such as ${example}.`;
    if (!/^\d+\.\d+\.\d+$/.test(value) || valid(value) === null)
      return `is ${quote(value)}, which is not a version. Write three numbers, such as ${example}.`;
    return undefined;
  };
}

/**
 * A Kubernetes version as `kubectl version` prints it, with an optional distribution suffix such as `+k3s1`. The minor
 * is enough: it is compared with the cluster, whose patch version is not checked.
 */
export const checkKubernetesVersion: FieldCheck = (value) => {
  if (/^v?\d+\.\d+$/.test(value)) return undefined;
  if (/^v?\d+$/.test(value))
    return `is ${quote(value)}, which is not a Kubernetes version. Write what kubectl version prints, such as v1.35.5, or the minor: "1.35".`;
  if (!/^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/.test(value) || valid(value) === null)
    return `is ${quote(value)}, which is not a Kubernetes version. Write what kubectl version prints, such as v1.35.5.`;
  return undefined;
};
