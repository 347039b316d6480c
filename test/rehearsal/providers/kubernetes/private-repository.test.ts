import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { installArguments, showArguments } from "../../../../rehearsal/providers/kubernetes/helm-arguments.ts";
import { privateRepository } from "../../../../rehearsal/providers/kubernetes/private-repository.ts";

const release = { name: "rancher", namespace: "cattle-system", chart: "rancher", version: "2.15.2" };
const repo = "https://charts.example.com/rancher";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "private-repository-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a repository with credentials", () => {
  const repositoryOpts = { repo, username: "chart-user", password: "canary: #word", caFile: "/ca.pem" };

  it("is in a file that only its owner can read, and is deleted afterwards", async () => {
    const repository = await privateRepository({ ...release, repositoryOpts }, folder);

    const config = repository?.environment["HELM_REPOSITORY_CONFIG"] ?? "";
    expect(parse(readFileSync(config, "utf8"))).toEqual({
      apiVersion: "",
      repositories: [
        { name: "private", url: repo, username: "chart-user", password: "canary: #word", caFile: "/ca.pem" },
      ],
    });
    expect((statSync(config).mode & 0o777).toString(8)).toBe("600");
    await repository?.[Symbol.asyncDispose]();
    expect(existsSync(config)).toBe(false);
  });

  it("keeps the credentials out of the command line", async () => {
    await using repository = await privateRepository({ ...release, repositoryOpts }, folder);

    const lines = [installArguments, showArguments].map((make) => make(repository?.release ?? release).join(" "));

    expect(lines[1]).toBe("show chart private/rancher --version 2.15.2 --ca-file /ca.pem");
    expect(lines.join()).not.toMatch(/chart-user|canary/);
    expect(Object.values(repository?.environment ?? {}).join()).not.toMatch(/chart-user|canary/);
  });
});

it.each([{ repo }, { repo: "stable" }, undefined])(
  "a repository without credentials is left unchanged: %j",
  async (opts) => {
    expect(await privateRepository({ ...release, ...(opts && { repositoryOpts: opts }) }, folder)).toBeUndefined();
  },
);
