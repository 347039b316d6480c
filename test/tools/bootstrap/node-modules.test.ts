import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  installedCount,
  installNodeModules,
  nodeModulesState,
  remedy,
} from "../../../tools/bootstrap/node-modules.mjs";
import { fakeExecutable } from "../fake-executable.ts";
import { temporaryFolder } from "../temporary-folder.ts";

type Packages = Record<string, object>;

const fitting: Packages = {
  "node_modules/tsx": { version: "4.0.0" },
  "node_modules/@esbuild/here": { version: "1.0.0", optional: true, os: [process.platform], cpu: [process.arch] },
};

const pinned: Packages = {
  "": { name: "project" },
  ...fitting,
  "node_modules/@esbuild/elsewhere": { version: "1.0.0", optional: true, os: ["plan9"] },
};

function clone(installed?: Packages): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages: pinned }));
  if (installed !== undefined) {
    for (const path of Object.keys(installed)) mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, "node_modules", ".package-lock.json"), JSON.stringify({ packages: installed }));
  }
  return folder;
}

test("node modules fit if npm installed what is pinned, without the packages for other systems", () => {
  expect(nodeModulesState(clone(fitting))).toBe("fit");
});

test("they are missing if there are none, or npm did not complete", () => {
  expect(nodeModulesState(clone())).toBe("missing");
  const interrupted = clone(fitting);
  rmSync(join(interrupted, "node_modules", ".package-lock.json"));
  expect(nodeModulesState(interrupted)).toBe("missing");
});

test.each<[string, Packages]>([
  ["another version", { ...fitting, "node_modules/tsx": { version: "3.0.0" } }],
  ["a missing package", { "node_modules/@esbuild/here": { version: "1.0.0" } }],
  ["without the optional one for this system", { "node_modules/tsx": { version: "4.0.0" } }],
  ["an extra package", { ...fitting, "node_modules/left": { version: "1.0.0" } }],
])("they are outdated with %s", (_, installed) => {
  expect(nodeModulesState(clone(installed))).toBe("outdated");
});

test("they are outdated if a folder was removed by hand", () => {
  const folder = clone(fitting);
  rmSync(join(folder, "node_modules", "tsx"), { recursive: true });

  expect(nodeModulesState(folder)).toBe("outdated");
});

function npm(script: string) {
  const folder = temporaryFolder();
  fakeExecutable(folder, "npm", `echo "$PWD $*" > ${folder}/call\n${script}`);
  const lines: string[] = [];
  const options = {
    progress: (line: string) => lines.push(line),
    env: { PATH: `${folder}:/usr/bin:/bin` },
    log: join(folder, "log"),
    signal: new AbortController().signal,
  };
  return { folder, lines, options };
}

test("npm ci runs in the clone and installs what tests need", async () => {
  const { folder, lines, options } = npm("exit 0");
  const here = clone();

  await installNodeModules(here, "missing", options);

  expect(readFileSync(join(folder, "call"), "utf8")).toMatch(new RegExp(`^${here} ci --include=dev `));
  expect(lines).toEqual([
    "node modules: missing; npm ci installs them ...",
    expect.stringMatching(/^node modules: missing; npm ci installs them: done in 0\.\d s$/),
  ]);
});

test("a failure of npm is reported with its reason, the remedy and the log, without its usage text", async () => {
  const { folder, options, lines } = npm(
    `echo "npm error code EUSAGE
npm error
npm error npm ci can only install packages when they are in sync.
npm error Clean install a project
npm error Usage:"
exit 1`,
  );

  await expect(installNodeModules(clone(), "outdated", options)).rejects.toThrow(
    "npm ci ended with 1.\n    npm error code EUSAGE\n" +
      "    npm error npm ci can only install packages when they are in sync.\n" +
      "package.json was changed by hand: run npm install to update package-lock.json. " +
      `The whole output is in ${folder}/log`,
  );
  expect(lines.join()).not.toContain("done");
});

test("npm runs again if another npm, killed a moment ago, was still removing files", async () => {
  const { folder, options } = npm("");
  const script = `[ -e ${folder}/again ] && exit 0; touch ${folder}/again; echo "npm error code ENOTEMPTY"; exit 217`;
  fakeExecutable(folder, "npm", script);

  await installNodeModules(clone(), "missing", options);
});

test("progress counts the packages of this system that are in place", () => {
  const folder = clone();
  mkdirSync(join(folder, "node_modules/tsx"), { recursive: true });
  writeFileSync(join(folder, "node_modules/tsx/package.json"), "{}");

  expect(installedCount(folder)).toBe("1 of 2 packages");
});

test.each([
  ["npm error code ENOTEMPTY", "Another npm is changing node_modules."],
  ["npm error code ENOTFOUND", "npm's registry cannot be reached."],
  ["npm error code ENOSPC", "The disk is full."],
  ["npm error code EACCES", "node_modules belongs to another user"],
  ["sh: 1: npm: not found", "npm comes with Node"],
  ["npm error code EINTEGRITY", "Fix the reported error"],
])("the remedy for %j", (words, text) => {
  expect(remedy(words)).toContain(text);
});
