import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";

interface Package {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
}

const read = (path: string | URL) => JSON.parse(readFileSync(path, "utf8")) as Package;
const project = read(new URL("../package.json", import.meta.url));
const require = createRequire(import.meta.url);
const installed = (name: string) => read(require.resolve(`${name}/package.json`)).version;

describe("the dependencies", () => {
  // npm also lists 4.5.0, a bad publish of code from 2022: no hostKey, no proxy, no addPreviousOutputInEnv, and no
  // plugin of that version was ever released. npm's `latest` is 1.2.1.
  it("include @pulumi/command 1.2.1, not 4.5.0, the highest version that npm lists", () => {
    expect(project.dependencies["@pulumi/command"]).toBe("1.2.1");
    expect(installed("@pulumi/command")).toBe("1.2.1");
  });

  it("are pinned exactly, so that every clone runs the same program", () => {
    const ranges = Object.entries({ ...project.dependencies, ...project.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );

    expect(ranges).toEqual([]);
  });

  it("are pinned by content too: every locked package has an integrity hash", () => {
    const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8")) as LockFile;

    const unpinned = Object.entries(lock.packages).filter(
      ([path, { integrity }]) => path !== "" && !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ""),
    );

    expect(unpinned.map(([path]) => path)).toEqual([]);
    expect(Object.keys(lock.packages).length).toBeGreaterThan(Object.keys(project.dependencies).length);
  });

  it.each(Object.keys(project.dependencies).filter((name) => name.startsWith("@pulumi/")))(
    "are installed as pinned: %s",
    (name) => {
      expect(installed(name)).toBe(project.dependencies[name]);
    },
  );

  it("keep a TypeScript version that Pulumi's own packages accept", () => {
    expect(project.dependencies["typescript"]).toMatch(/^5\./);
  });
});
