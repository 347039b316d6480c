import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { tool, tools } from "../../tools/toolbox.mjs";
import { TOOLS } from "../../tools/versions.mjs";
import { fakeExecutable } from "./fake-executable.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const system = "/usr/bin:/bin";

/** A `go` that "builds" scripts which print the versions of `helm` and the others, and counts its builds. */
const fakeGo = (folder: string, says = `v${TOOLS.helm.version}`) =>
  fakeExecutable(
    folder,
    "go",
    `if [ "$1" = env ]; then echo go1.26.8; exit; fi
echo build >> ${folder}/builds
while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
echo "helm.sh/helm/v3/cmd/helm" >&2
printf '#!/bin/sh\\necho ${says}\\n' > "$out"
chmod +x "$out"`,
  );

const builds = (folder: string) => readFileSync(join(folder, "builds"), "utf8").trim().split("\n").length;

const environment = (folder: string, ...first: string[]) => ({
  PATH: [...first, folder, system].join(":"),
  HOME: folder,
  RANCHER_TOOLS_DOWNLOAD: "off",
});

const nothing = () => temporaryFolder();

test("a tool on PATH is used if its version fits, and nothing is cached", async () => {
  const folder = temporaryFolder();
  const path = fakeExecutable(folder, "helm", "echo v3.18.4");

  const helm = await tool("helm", { env: environment(folder) });

  expect(helm).toEqual({ name: "helm", path, version: "3.18.4", from: "path" });
  expect(existsSync(join(folder, ".cache"))).toBe(false);
});

test("one that does not fit is skipped: the tool is built once, then taken from the cache", async () => {
  const folder = temporaryFolder();
  fakeGo(folder);
  fakeExecutable(folder, "helm", "echo v2.17.0");
  const lines: string[] = [];

  const built = await tool("helm", { env: environment(folder), progress: (line) => lines.push(line) });
  const again = await tool("helm", { env: environment(folder, nothing()) });

  expect(built).toMatchObject({ version: "3.19.0", from: "build", origin: "build" });
  expect(again).toEqual({ ...built, from: "cache" });
  expect(builds(folder)).toBe(1);
  expect(lines[0]).toBe("helm 3.19.0: building with Go ...");
  expect(lines.at(-1)).toMatch(/^helm 3\.19\.0: building with Go: done in/);
});

test("runs that want the same tool at the same time build it once", async () => {
  const folder = temporaryFolder();
  fakeGo(folder);

  // A different PATH each, so that this process does not know the other's.
  const all = await Promise.all([1, 2, 3].map(() => tool("helm", { env: environment(folder, nothing()) })));

  expect(new Set(all.map(({ path }) => path)).size).toBe(1);
  expect(builds(folder)).toBe(1);
});

test("a run that is ended while it builds leaves no tool behind, and the next one builds it", async () => {
  const folder = temporaryFolder();
  const cache = join(folder, ".cache", "rancher", "tools");
  fakeExecutable(
    folder,
    "go",
    `if [ "$1" = env ]; then echo go1.26.8; exit; fi
while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
printf half > "$out"; touch ${folder}/half-way; exec sleep 60`,
  );
  const abort = new AbortController();
  const ended = tool("helm", { env: environment(folder), signal: abort.signal });
  await expect.poll(() => existsSync(join(folder, "half-way")), { timeout: 5_000 }).toBe(true);
  abort.abort(new Error("ended"));

  await expect(ended).rejects.toThrow("ended");
  expect(readdirSync(join(cache, "work"))).toEqual([]);
  expect(existsSync(join(cache, "helm"))).toBe(false);
  expect(existsSync(join(cache, "lock"))).toBe(false);

  fakeGo(folder);
  await expect(tool("helm", { env: environment(folder) })).resolves.toMatchObject({ from: "build" });
});

test("an executable that prints another version than was built is not cached", async () => {
  const folder = temporaryFolder();
  fakeGo(folder, "v3.20.0");

  await expect(tool("helm", { env: environment(folder) })).rejects.toThrow(/reports 3\.20\.0 instead of 3\.19\.0/);
  expect(existsSync(join(folder, ".cache", "rancher", "tools", "helm"))).toBe(false);
});

test("a failed build reports what was tried, Go's last output, the path of the log, and the remedy", async () => {
  const folder = temporaryFolder();
  const log = join(folder, ".cache", "rancher", "tools", "logs", "helm.log");
  fakeExecutable(folder, "helm", "echo v4.0.1");
  fakeExecutable(
    folder,
    "go",
    `if [ "$1" = env ]; then echo go1.26.8; exit; fi
seq 1 40; echo 'write /tmp/b001: no space left on device' >&2; exit 1`,
  );

  const error: Error = await tool("helm", { env: environment(folder) }).catch((reason) => reason);

  expect(error.message).toContain("helm 3.19.0: cannot be obtained.");
  expect(error.message).toContain(`helm on PATH: ${folder}/helm is 4.0.1; >=3.18.0 <4 is required`);
  expect(error.message).toContain("helm to download: switched off by RANCHER_TOOLS_DOWNLOAD=off");
  expect(error.message).toContain("go build ended with 1.");
  expect(error.message).toContain("no space left on device");
  expect(error.message).toContain("The disk is full.");
  expect(error.message).toContain(log);
  expect(readFileSync(log, "utf8")).toMatch(/^1\n2\n/);
});

test("several tools are requested by name", async () => {
  const folder = temporaryFolder();
  fakeExecutable(folder, "helm", "echo v3.19.1");
  fakeExecutable(folder, "kubectl", "echo 'gitVersion: v1.34.2'");

  const { helm, kubectl } = await tools(["helm", "kubectl"], { env: environment(folder) });

  expect([helm.version, kubectl.version]).toEqual(["3.19.1", "1.34.2"]);
});

test("the language host of the genuine Pulumi CLI takes precedence over a built one", async () => {
  const folder = temporaryFolder();
  const { folderOf, keep, workFolder } = await import("../../tools/toolbox/cache.mjs");
  const root = join(folder, ".cache", "rancher", "tools");
  mkdirSync(root, { recursive: true });
  const work = await workFolder(root);
  for (const name of ["pulumi", "pulumi-language-nodejs"]) fakeExecutable(work, name, "");
  await keep(work, folderOf(root, "pulumi"), "download", { pulumi: "3.259.0", "pulumi-language-nodejs": "3.259.0" });

  const host = await tool("pulumi-language-nodejs", { env: environment(folder) });

  expect(host).toMatchObject({ version: "3.259.0", from: "cache", origin: "download" });
  expect(host.path).toBe(join(folderOf(root, "pulumi"), "pulumi-language-nodejs"));
});

/** The vendor's server on loopback, with one executable and the checksum it publishes. */
async function offering(script: string, checksum = createHash("sha256").update(script).digest("hex")) {
  const server = createServer((request, response) => response.end(request.url === "/helm" ? script : checksum));
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/helm`;
  const spy = vi.spyOn(TOOLS.helm, "download").mockReturnValue({ url, checksums: `${url}.sha256` });
  onTestFinished(() => spy.mockRestore());
}

test("if the vendor's server responds, the pinned version is downloaded and nothing is built", async () => {
  const folder = temporaryFolder();
  await offering("#!/bin/sh\necho v3.19.0\n");
  const env = { ...environment(folder), RANCHER_TOOLS_DOWNLOAD: "on" };

  const helm = await tool("helm", { env });

  expect(helm).toMatchObject({ version: "3.19.0", from: "download" });
  expect(readFileSync(helm.path, "utf8")).toContain("echo v3.19.0");
});

test("a download with the wrong checksum is rejected and reported, and the tool is built", async () => {
  const folder = temporaryFolder();
  fakeGo(folder);
  await offering("#!/bin/sh\necho v3.19.0 # not the vendor's\n", "0".repeat(64));
  const env = { ...environment(folder), RANCHER_TOOLS_DOWNLOAD: "on" };
  const lines: string[] = [];

  const helm = await tool("helm", { env, progress: (line) => lines.push(line) });

  expect(helm.from).toBe("build");
  expect(readFileSync(helm.path, "utf8")).not.toContain("not the vendor's");
  expect(lines.join("\n")).toMatch(/has the SHA-256 [0-9a-f]{64}, but .* contains 0{64}\. It is not used\./);
});
