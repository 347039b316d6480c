import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";

interface Package {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const read = (path: string | URL) => JSON.parse(readFileSync(path, "utf8")) as Package;
const project = read(new URL("../package.json", import.meta.url));
const require = createRequire(import.meta.url);
const installed = (name: string) => read(require.resolve(`${name}/package.json`)).version;

describe("the dependencies", () => {
  // 4.5.0, which registries offer as the newest, is a bad publish of 2022's code: no hostKey, no proxy, no
  // addPreviousOutputInEnv, and a plugin of that version was never released.
  it("have @pulumi/command 1.2.1, not the newest there is", () => {
    expect(project.dependencies["@pulumi/command"]).toBe("1.2.1");
    expect(installed("@pulumi/command")).toBe("1.2.1");
  });

  it("are pinned exactly, so that every clone runs the same program", () => {
    const ranges = Object.entries({ ...project.dependencies, ...project.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );

    expect(ranges).toEqual([]);
  });

  it.each(Object.keys(project.dependencies).filter((name) => name.startsWith("@pulumi/")))(
    "are installed as pinned: %s",
    (name) => {
      expect(installed(name)).toBe(project.dependencies[name]);
    },
  );

  it("stay on a TypeScript that Pulumi's own packages take", () => {
    expect(project.dependencies["typescript"]).toMatch(/^5\./);
  });
});
