import type * as pulumi from "@pulumi/pulumi";
import { splitCredentials } from "../program/proxy-credentials.ts";

/** Where a Helm release gets its chart. */
export interface ChartSource {
  /** A name in the repository, or an `oci://` reference, which needs no repository. */
  readonly chart: string;
  readonly repositoryOpts?: {
    readonly repo: string;
    readonly username?: pulumi.Output<string>;
    readonly password?: pulumi.Output<string>;
  };
}

/**
 * The chart `name` of a Helm repository over HTTP(S) or in an OCI registry.
 *
 * @param credentials `USER:PASSWORD` of an HTTPS repository, a secret output. For OCI registries Helm uses its own
 * login file.
 */
export function chartSource(name: string, repository: string, credentials?: pulumi.Output<string>): ChartSource {
  if (repository.startsWith("oci://")) return { chart: `${repository.replace(/\/+$/, "")}/${name}` };
  if (credentials === undefined) return { chart: name, repositoryOpts: { repo: repository } };
  const parts = credentials.apply(splitCredentials);
  const username = parts.apply(({ user }) => user);
  const password = parts.apply(({ password }) => password);
  return { chart: name, repositoryOpts: { repo: repository, username, password } };
}
