import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

const clone = fileURLToPath(new URL("../..", import.meta.url));

/** A clone with tools/ alone, so that nothing of the real one is changed. */
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

test("a Node that is too old is told so, and which is wanted", async () => {
  const { code, stderr } = await bootstrap(cloneWith({ engines: { node: ">=99.5" } }), "node");

  expect(code).toBe(1);
  expect(stderr).toBe(
    `Node ${process.versions.node} is too old: this project needs 99.5 or newer. ` +
      "Install it (https://nodejs.org/en/download) and run this again.\n",
  );
});

test("without a purpose it says which there are", async () => {
  const { code, stderr } = await bootstrap(cloneWith({ engines: { node: ">=20" } }));

  expect(code).toBe(2);
  expect(stderr).toMatch(/start .*\n {2}test .*\n {2}up .*\n {2}node /);
});

test("a run with nothing to do says nothing", async () => {
  const folder = cloneWith({ engines: { node: ">=20" } });
  mkdirSync(join(folder, "node_modules", "tsx"), { recursive: true });
  const lock = JSON.stringify({ packages: { "node_modules/tsx": { version: "4.0.0" } } });
  writeFileSync(join(folder, "package-lock.json"), lock);
  writeFileSync(join(folder, "node_modules", ".package-lock.json"), lock);

  expect(await bootstrap(folder, "node")).toEqual({ code: 0, stderr: "", stdout: "" });
});

test.each(["bin/rancher.mjs", "tools/bootstrap.mjs", "tools/node-version.mjs"])(
  "%s can be read by old releases of Node, up to the check of its version",
  (path) => {
    const text = readFileSync(join(clone, path), "utf8");
    const imports = [...text.matchAll(/^import .* from "(.*)";$/gm)].map(([, name]) => name);

    expect(["node:fs", "./node-version.mjs", "../tools/node-version.mjs"]).toEqual(expect.arrayContaining(imports));
    // Node 12 reads import(), but neither of these, nor await outside of a function.
    expect(text).not.toMatch(/\?\?|\?\.|\bawait\b/);
  },
);
