import { unreadablePrivateKeys } from "../../../tls/private-key-matches.ts";
import { readPrivateKey } from "../../../tls/private-key-checks.ts";
import type { SecretName } from "./secret-keys.ts";
import { checkSecret } from "./secret-rules.ts";

/**
 * What is wrong with a secret by itself, without quoting it, independent of the stack file. Whether a key matches its
 * certificate is not checked, because either may be replaced first.
 */
export function secretFault(name: SecretName, secret: string): string | undefined {
  const fault = checkSecret(name, secret);
  if (fault !== undefined) return fault;
  if (name === "sitePrivateKeys") return unreadablePrivateKeys(secret)[0];
  if (name !== "tlsPrivateKey") return undefined;
  const read = readPrivateKey(secret);
  return "fault" in read ? read.fault : undefined;
}
