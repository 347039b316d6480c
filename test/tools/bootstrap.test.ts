import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

const clone = fileURLToPath(new URL("../..", import.meta.url));

/** A clone with tools/ alone, so that the real one stays unchanged. */
function cloneWith(packageJson: object): string {
  const folder = temporaryFolder();
  for (const path of [
    "tools/bootstrap.mjs",
    "tools/node-version.mjs",
    "tools/bootstrap",
    "tools/lock.mjs",
    "tools/child.mjs",
    "tools/step.mjs",
    "tools/progress.mjs",
  ]) {
    cpSync(join(clone, path), join(folder, path), { recursive: true });
  }
  cpSync(join(clone, "tools/versions.mjs"), join(folder, "tools/versions.mjs"));
  writeFileSync(join(folder, "package.json"), JSON.stringify(packageJson));
  return folder;
}

const bootstrap = (folder: string, ...args: string[]) =>
  new Promise<{ code: unknown; stderr: string; stdout: string }>((resolve) => {
    execFile(process.execPath, [join(folder, "tools/bootstrap.mjs"), ...args], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stderr, stdout }),
    );
  });

test("a Node that is too old is reported with the required version", async () => {
  const { code, stderr } = await bootstrap(cloneWith({ engines: { node: ">=99.5" } }), "node");

  expect(code).toBe(1);
  expect(stderr).toBe(
    `Node ${process.versions.node} is too old: this project needs 99.5 or newer. ` +
      "Install it (https://nodejs.org/en/download) and run this again.\n",
  );
});

test("without a purpose it lists the purposes", async () => {
  const { code, stderr } = await bootstrap(cloneWith({ engines: { node: ">=20" } }));

  expect(code).toBe(2);
  expect(stderr).toMatch(/start .*\n {2}test .*\n {2}check .*\n {2}up .*\n {2}node /);
});

test("a run with nothing to do prints nothing", async () => {
  const folder = cloneWith({ engines: { node: ">=20" } });
  mkdirSync(join(folder, "node_modules", "tsx"), { recursive: true });
  const lock = JSON.stringify({ packages: { "node_modules/tsx": { version: "4.0.0" } } });
  writeFileSync(join(folder, "package-lock.json"), lock);
  writeFileSync(join(folder, "node_modules", ".package-lock.json"), lock);

  expect(await bootstrap(folder, "node")).toEqual({ code: 0, stderr: "", stdout: "" });
});

test("of two simultaneous first commands, one installs and the other waits with one line; both succeed", async () => {
  const folder = cloneWith({ engines: { node: ">=20" } });
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages: { "node_modules/tsx": {} } }));
  // A fake npm ci: installs once the test lets it, and records every call.
  const npm = `#!/bin/sh
echo "$*" >>calls
until [ -e continue ]; do sleep 0.05; done
mkdir -p node_modules/tsx
cp package-lock.json node_modules/.package-lock.json
`;
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "npm"), npm, { mode: 0o755 });
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: `${join(folder, "bin")}:${process.env["PATH"]}` };
  delete env["npm_execpath"];

  const outputs = [1, 2].map(async () => {
    const child = execFile(process.execPath, [join(folder, "tools/bootstrap.mjs"), "node"], { env });
    let stderr = "";
    child.stderr?.on("data", (text: string) => {
      stderr += text;
      if (stderr.includes("waiting")) writeFileSync(join(folder, "continue"), "");
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    return { code, stderr };
  });
  const [first, second] = (await Promise.all(outputs)).toSorted((a, b) => a.stderr.localeCompare(b.stderr));

  expect(first).toEqual({ code: 0, stderr: "bootstrap: another command is installing packages; waiting ...\n" });
  expect(second?.code).toBe(0);
  expect(second?.stderr).toMatch(/node modules: missing; npm ci installs them: done/);
  expect(readFileSync(join(folder, "calls"), "utf8").trim().split("\n")).toHaveLength(1);
});

test.each(["bin/rancher.mjs", "tools/bootstrap.mjs", "tools/node-version.mjs"])(
  "%s can be parsed by old releases of Node, up to the check of its version",
  (path) => {
    const text = readFileSync(join(clone, path), "utf8");
    const imports = [...text.matchAll(/^import .* from "(.*)";$/gm)].map(([, name]) => name);

    expect(["node:fs", "./node-version.mjs", "../tools/node-version.mjs"]).toEqual(expect.arrayContaining(imports));
    // Node 12 parses import(), but neither of these, nor await outside of a function.
    expect(text).not.toMatch(/\?\?|\?\.|\bawait\b/);
  },
);
