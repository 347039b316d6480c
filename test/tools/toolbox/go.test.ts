import { expect, test } from "vitest";
import { buildArguments, buildEnvironment } from "../../../tools/toolbox/go-source.mjs";
import { remedy } from "../../../tools/toolbox/go-build.mjs";
import { findGo } from "../../../tools/toolbox/go.mjs";
import { fakeExecutable } from "../fake-executable.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("a Go that is new enough is taken from PATH, else from the path in its instructions", async () => {
  const folder = temporaryFolder();
  const go = fakeExecutable(folder, "go", "echo go1.27.1");

  expect(await findGo(folder, { PATH: folder }, [])).toBe("go");
  expect(await findGo(folder, { PATH: "/nowhere" }, ["/nowhere/go", go])).toBe(go);
});

test("without Go, or with one that is too old, the error names it and the remedy", async () => {
  const folder = temporaryFolder();
  const needs = "building needs Go 1.26 or newer";

  await expect(findGo(folder, { PATH: "/nowhere" }, [])).rejects.toThrow(
    `${needs}, but no Go is installed. Install it from https://go.dev/dl/.`,
  );

  fakeExecutable(folder, "go", "echo go1.19.8");
  await expect(findGo(folder, { PATH: `${folder}:/bin` }, [])).rejects.toThrow(`${needs}, but go is go1.19.8.`);

  fakeExecutable(folder, "go", "echo 'go.mod requires go >= 1.26 (running go 1.24; GOTOOLCHAIN=local)' >&2; exit 1");
  await expect(findGo(folder, { PATH: `${folder}:/bin` }, [])).rejects.toThrow("go failed: go.mod requires go >= 1.26");
});

test("a build does not depend on the user's Go settings, except proxies and caches", () => {
  const set = {
    GOFLAGS: "-mod=vendor -race",
    GOWORK: "/x/go.work",
    GOOS: "plan9",
    GOPROXY: "https://p",
    CGO_ENABLED: "1",
  };

  expect(buildEnvironment(set)).toMatchObject({
    GOFLAGS: "-mod=readonly",
    GOWORK: "off",
    GOOS: process.platform,
    GOPROXY: "https://p",
    CGO_ENABLED: "0",
  });
});

test("every tool is compiled with the same flags; only the linker's version flags differ", () => {
  const [helm, pulumi] = [buildArguments("helm"), buildArguments("pulumi")];

  expect(helm.slice(0, -1)).toEqual(pulumi.slice(0, -1));
  expect(helm.at(-1)).toContain("-X=helm.sh/helm/v3/internal/version.version=v3.19.0");
});

test.each([
  ["compile: writing output: write $WORK/b1: no space left on device", "The disk is full."],
  ["compile: signal: killed", "ran out of memory"],
  ["dial tcp: lookup proxy: no such host", "Go module proxy does not answer"],
  ["undefined: x", "run this again to continue"],
])("the remedy for %j", (words, text) => {
  expect(remedy(words)).toContain(text);
});
