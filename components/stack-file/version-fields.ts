import { valid } from "semver";
import { quote } from "./quote.ts";
import type { FieldCheck } from "./network-fields.ts";

const floating = /^(latest|stable|alpha|head|main|master|v?\d+\.x|v?\d+\.\d+\.x|\^.*|~.*|[<>=].*|\*)$/i;

/**
 * One exact version, `2.15.2`. The engine hands an unquoted `2.10` over as `2.1`: two parts may be another version
 * than the one written, so they are refused rather than completed.
 */
export function checkVersion(product: string, example: string): FieldCheck {
  return (value) => {
    if (floating.test(value))
      return (
        `is ${quote(value)}, which means another version on another day. Older guides used it to get going; here a ` +
        `preview has to say what it would change, and a rollback what to go back to. Name one version, such as ${example}.`
      );
    if (/^v?\d+(\.\d+)?$/.test(value))
      return (
        `is ${quote(value)}; ${product} versions have three parts, and YAML reads an unquoted 2.10 as 2.1. ` +
        `Write all three, such as ${example}.`
      );
    const [, plain] = /^v?(\d+\.\d+\.\d+)[-_](amd64|arm64|x86_64|aarch64|linux|windows)\b/i.exec(value) ?? [];
    if (plain !== undefined)
      return `is ${quote(value)}, the tag of an image for one kind of machine. Write the version alone: ${plain}.`;
    if (/^v\d+\.\d+\.\d+$/.test(value)) return `is ${quote(value)}. Leave out the leading v: ${value.slice(1)}.`;
    if (/^v?\d+\.\d+\.\d+[-+]/.test(value) && valid(value) !== null)
      return `is ${quote(value)}, not a release. Versions of this kind cannot be upgraded; name one such as ${example}.`;
    if (!/^\d+\.\d+\.\d+$/.test(value) || valid(value) === null)
      return `is ${quote(value)}, which is no version. Write three numbers, such as ${example}.`;
    return undefined;
  };
}

/**
 * Kubernetes as `kubectl version` prints it; a distribution's suffix such as `+k3s1` may follow. A minor alone will do: it
 * is compared with the cluster, and patches are the cluster's own affair.
 */
export const checkKubernetesVersion: FieldCheck = (value) => {
  if (/^v?\d+\.\d+$/.test(value)) return undefined;
  if (/^v?\d+$/.test(value))
    return `is ${quote(value)}, which is no Kubernetes version. Write what kubectl version prints, such as v1.35.5, or the minor: "1.35".`;
  if (!/^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/.test(value) || valid(value) === null)
    return `is ${quote(value)}, which is no Kubernetes version. Write what kubectl version prints, such as v1.35.5.`;
  return undefined;
};
