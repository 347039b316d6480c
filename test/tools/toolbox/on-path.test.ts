import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { onPath } from "../../../tools/toolbox/on-path.mjs";
import { versionIn } from "../../../tools/toolbox/version.mjs";
import { fakeExecutable } from "../fake-executable.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test.each([
  ["v3.19.0+g3d8990f", "3.19.0+g3d8990f"],
  ["Kubernetes v1.34.1", "1.34.1"],
  ["etcd Version: 3.6.5\nGit SHA: abc\nGo Version: go1.26.8", "3.6.5"],
  ["clientVersion:\n  gitVersion: v1.34.1+k3s1\n", "1.34.1+k3s1"],
  ["kwok version v0.7.0 go1.26.8 (linux/amd64)", "0.7.0"],
  ["v3.260.0-dev.1", "3.260.0-dev.1"],
  ["10.0.0.1 is an address", undefined],
  ["nothing", undefined],
])("the version in %j", (text, version) => {
  expect(versionIn(text)).toBe(version);
});

test.each([
  ["helm", "3.18.0", true],
  ["helm", "3.17.9", false],
  ["helm", "4.0.0", false],
  ["kubectl", "1.34.9", true],
  ["kubectl", "1.33.5", false],
  ["kube-apiserver", "1.34.1+k3s1", true],
  ["etcd", "3.6.9", true],
  ["etcd", "3.5.21", false],
  ["kwok", "0.7.1", true],
  ["kwok", "0.8.0", false],
  ["pulumi", "3.260.1", true],
  ["pulumi", "3.258.0", false],
  ["pulumi", "4.0.0", false],
] as const)("%s %s on PATH is compatible: %s", async (name, version, willDo) => {
  const folder = temporaryFolder();
  fakeExecutable(folder, name, `echo v${version}`);

  const { fit, unfit } = await onPath(name, folder);

  expect(fit?.version).toBe(willDo ? version : undefined);
  expect(unfit).toEqual(willDo ? [] : [{ path: join(folder, name), version }]);
});

test("the first that fits is used; those that are too old, broken or not files are skipped", async () => {
  const [old, broken, folder, good, later] = [1, 2, 3, 4, 5].map(() => temporaryFolder()) as [
    string,
    string,
    string,
    string,
    string,
  ];
  fakeExecutable(old, "helm", "echo v2.17.0");
  fakeExecutable(broken, "helm", "echo v3.19.0; exit 1");
  mkdirSync(join(folder, "helm"));
  const taken = fakeExecutable(good, "helm", "echo v3.19.2");
  fakeExecutable(later, "helm", "echo v3.20.0");

  const found = await onPath("helm", [old, broken, folder, good, later].join(":"));

  expect(found.fit).toEqual({ path: taken, version: "3.19.2" });
  expect(found.unfit).toEqual([
    { path: join(old, "helm"), version: "2.17.0" },
    { path: join(broken, "helm"), version: undefined },
  ]);
});

test("a relative folder on PATH is ignored", async () => {
  expect(await onPath("helm", ".:bin:")).toEqual({ unfit: [] });
});

test("the language host is the one beside a Pulumi CLI that fits, also behind a link", async () => {
  const [real, linked] = [temporaryFolder(), temporaryFolder()];
  symlinkSync(fakeExecutable(real, "pulumi", "echo v3.261.0"), join(linked, "pulumi"));
  const host = fakeExecutable(real, "pulumi-language-nodejs", "");

  expect(await onPath("pulumi-language-nodejs", linked)).toEqual({
    fit: { path: host, version: "3.261.0" },
    unfit: [],
  });
});

test("a language host that was a package of the SDK has the SDK's version", async () => {
  const folder = temporaryFolder();
  fakeExecutable(folder, "pulumi", "echo v3.261.0");
  const info = "path\tx\nmod\tgithub.com/pulumi/pulumi/sdk/v3\tv3.66.0\th1:abc=\n";
  writeFileSync(join(folder, "pulumi-language-nodejs"), `#!/bin/sh\n${info}`, { mode: 0o755 });

  expect((await onPath("pulumi-language-nodejs", folder)).fit?.version).toBe("3.66.0");
});

test("a language host beside a Pulumi CLI that is too old, or without one, is not used", async () => {
  const [old, alone] = [temporaryFolder(), temporaryFolder()];
  fakeExecutable(old, "pulumi", "echo v3.100.0");
  fakeExecutable(old, "pulumi-language-nodejs", "");
  fakeExecutable(alone, "pulumi-language-nodejs", "");

  expect(await onPath("pulumi-language-nodejs", `${old}:${alone}`)).toEqual({ unfit: [] });
});
