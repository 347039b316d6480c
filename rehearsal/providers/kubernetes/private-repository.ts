import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ReleaseInputs } from "./release-inputs.ts";

/** Name of the repository in helm's own configuration. */
const repositoryName = "private";

/** A repository whose credentials are in a file for helm, because an option would show them on the command line. */
export interface PrivateRepository extends AsyncDisposable {
  /** The release with its chart in that repository, and without credentials. */
  readonly release: ReleaseInputs;
  readonly environment: { readonly [name: string]: string };
}

/** Downloads the index, which helm does not do automatically for a configured repository. */
export const updateArguments = ["repo", "update", "--fail-on-repo-update-fail", repositoryName];

/** @returns undefined for a release whose repository needs no credentials. */
export async function privateRepository(
  release: ReleaseInputs,
  folder: string,
): Promise<PrivateRepository | undefined> {
  const { repo, username, password, ...files } = release.repositoryOpts ?? {};
  if (repo === undefined || (username === undefined && password === undefined)) return undefined;
  const home = await mkdtemp(join(folder, "repository-"));
  const config = join(home, "repositories.yaml");
  const repository = { name: repositoryName, url: repo, username: username ?? "", password: password ?? "", ...files };
  await writeFile(config, stringify({ apiVersion: "", repositories: [repository] }), { mode: 0o600 });
  return {
    release: { ...release, repositoryOpts: { ...files, repo: repositoryName } },
    environment: { HELM_REPOSITORY_CONFIG: config, HELM_REPOSITORY_CACHE: join(home, "cache") },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}
