import type { Problem } from "../../../program/problem.ts";
import { rancherChartRepositories } from "../../../program/versions.ts";
import type { AnyParsed } from "../../reading/parsed-file.ts";
import { isPlainHttp } from "../../fields/network-fields.ts";
import { removeSecretCommand } from "./secret-keys.ts";
import type { SecretName } from "./secret-keys.ts";

const remove = `remove this: ${removeSecretCommand("chartRepositoryCredentials")}`;

/** `chartRepositoryCredentials` needs a private Helm repository over HTTPS. */
export function chartCredentialProblems(parsed: AnyParsed, isSet: (name: SecretName) => boolean): readonly Problem[] {
  if (!isSet("chartRepositoryCredentials")) return [];
  const message = faultOf(parsed);
  return message === undefined ? [] : [{ key: "rancher:chartRepositoryCredentials", message }];
}

function faultOf(parsed: AnyParsed): string | undefined {
  if ("docker" in parsed)
    return `is set, but a single node installs no chart. Remove it: ${removeSecretCommand("chartRepositoryCredentials")}`;
  const repository = "chartRepository" in parsed ? parsed.chartRepository : undefined;
  if (repository === undefined) return undefined;
  if (Object.keys(rancherChartRepositories).includes(repository))
    return `is set, but rancher:chartRepository ${repository} is public. Give your repository's URL there, or ${remove}`;
  if (repository.startsWith("oci://"))
    return `is set, but Helm signs in to OCI registries with its own file. Run helm registry login ${new URL(repository).host}, and ${remove}`;
  if (isPlainHttp(repository))
    return `would be sent in plain text to ${repository}. Use https:// in rancher:chartRepository.`;
  return undefined;
}
