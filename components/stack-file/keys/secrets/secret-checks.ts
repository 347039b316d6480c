import { parse } from "yaml";
import { isMapping } from "../../reading/mapping.ts";
import { secretCommand } from "./secret-keys.ts";

/** What is wrong with `proxyCredentials`, without quoting it. */
export function checkProxyCredentials(text: string): string | undefined {
  return checkCredentials(text, "the proxy's address");
}

/**
 * What is wrong with a secret of the form `USER:PASSWORD`, without quoting it.
 *
 * @param address The part that stays in the stack file.
 */
export function checkCredentials(text: string, address: string): string | undefined {
  if (/[\r\n\0]/.test(text)) return "has several lines. Set one line, USER:PASSWORD.";
  if (/^(https?|oci):\/\//i.test(text))
    return `looks like a URL. Set only USER:PASSWORD; ${address} stays in the stack file.`;
  return /^[^:]+:./.test(text)
    ? undefined
    : "is not USER:PASSWORD. Set user and password separated by a colon, not percent-encoded.";
}

/** `k3sRegistries`: https://docs.k3s.io/installation/private-registry. */
export function checkK3sRegistries(text: string): string | undefined {
  const command = secretCommand("k3sRegistries");
  if (!text.trim().includes("\n") && /^(\/|~|\.{1,2}\/)|\.ya?ml$/.test(text.trim()))
    return `looks like a path. Set the file's content: ${command}`;
  let registries: unknown;
  try {
    registries = parse(text, { logLevel: "error" });
  } catch {
    return `is not valid YAML. Set the whole content of a registries.yaml: ${command}`;
  }
  return isMapping(registries) && (isMapping(registries.mirrors) || isMapping(registries.configs))
    ? undefined
    : `has neither mirrors nor configs, so K3s would not read it. Set the whole content of a registries.yaml: ${command}`;
}
