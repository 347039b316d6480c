import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

const project = join(import.meta.dirname, "../..");
let clone: string;

/** A clone with programs of a few lines, the real bundler, and esbuild. */
beforeEach(() => {
  clone = temporaryFolder();
  for (const folder of ["components", "operations", "rehearsal/fakes/ingress", "node_modules"])
    mkdirSync(join(clone, folder), { recursive: true });
  cpSync(join(project, "tools/bundle"), join(clone, "tools/bundle"), { recursive: true });
  symlinkSync(join(project, "node_modules/esbuild"), join(clone, "node_modules/esbuild"));
  write("package.json", '{ "type": "module" }');
  write("package-lock.json", "{}");
  write("tsconfig.json", "{}");
  write("components/where.ts", "export const where: string = import.meta.dirname;\n");
  write("operations/main.ts", 'export const main = async () => (await import("../components/where.ts")).where;\n');
  write("index.ts", 'import { where } from "./components/where.ts";\nexport default { where };\n');
  write("rehearsal/fakes/ingress/ingress-node.ts", "export {};\n");
});

function write(path: string, text: string): void {
  writeFileSync(join(clone, path), text);
}

/** Prints an expression over what a bundled file exports. */
const program = (file: string, expression: string) => `
  import { bundled } from ${JSON.stringify(join(clone, "tools/bundle/bundle.mjs"))};
  const file = await import(bundled(${JSON.stringify(file)}));
  console.log(JSON.stringify(await (${expression})));
`;
const args = (file: string, expression: string) => ["--input-type=module", "-e", program(file, expression)];
const load = (file: string, expression: string): unknown =>
  JSON.parse(execFileSync(process.execPath, args(file, expression), { encoding: "utf8" }));
const bundles = () => readdirSync(join(clone, "node_modules/.cache/rancher"));

describe("the bundle", () => {
  it("runs the program and the command line, whose modules find the files beside their sources", () => {
    expect(load("program.mjs", "file.default")).toEqual({ where: join(clone, "components") });
    expect(load("cli.mjs", "file.main()")).toBe(join(clone, "components"));
    expect(bundles()).toHaveLength(1);
  });

  it("is rebuilt when a source changes, even in its time alone, and an unused one is removed after a day", () => {
    load("program.mjs", "1");
    const [first = ""] = bundles();
    write("components/where.ts", 'export const where = "elsewhere";\n');
    expect(load("program.mjs", "file.default.where")).toBe("elsewhere");
    expect(bundles()).toContain(first);

    const twoDaysAgo = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
    utimesSync(join(clone, "node_modules/.cache/rancher", first), twoDaysAgo, twoDaysAgo);
    utimesSync(join(clone, "index.ts"), twoDaysAgo, twoDaysAgo);
    load("program.mjs", "1");
    expect(bundles()).not.toContain(first);
    expect(bundles()).toHaveLength(2);
  });

  it("is built once by processes that start at the same time, or by each, and each of them runs", async () => {
    const children = [1, 2, 3].map(() =>
      spawn(process.execPath, args("program.mjs", "file.default.where"), { stdio: ["ignore", "ignore", "inherit"] }),
    );
    const codes = await Promise.all(children.map(async (child) => ((await once(child, "close")) as [number])[0]));
    expect(codes).toEqual([0, 0, 0]);
    expect(bundles()).toHaveLength(1);
  });

  it("names the source that cannot be bundled, and leaves nothing", () => {
    write("index.ts", "export default {;\n");
    expect(() => execFileSync(process.execPath, args("program.mjs", "1"), { stdio: "pipe" })).toThrow(
      /The program cannot be bundled:\n.*\nindex\.ts:1:16: ERROR: /,
    );
    expect(bundles()).toEqual([]);
  });

  it("shows positions in the sources when something fails", () => {
    write("index.ts", '\n\nthrow new Error("on line 3");\n');
    const main = ["--enable-source-maps", ...args("program.mjs", "1")];
    expect(() => execFileSync(process.execPath, main, { stdio: "pipe" })).toThrow(/index\.ts:3:7/);
  });

  it.skipIf(process.getuid?.() !== 0)("of another user is used; if a new one is needed, names who may build it", () => {
    load("program.mjs", "1");
    chmodSync(clone, 0o755);
    const asNobody = () =>
      execFileSync(process.execPath, args("program.mjs", "file.default"), { uid: 65534, stdio: "pipe", cwd: clone });

    expect(JSON.parse(asNobody().toString())).toEqual({ where: join(clone, "components") });
    write("index.ts", "export default {};\n");
    expect(asNobody).toThrow(/you may not write to .*node_modules\/\.cache\/rancher\. Run this as the owner/);
  });

  it.skipIf(process.platform !== "linux")("is built without the configuration that Pulumi decrypted", async () => {
    const env = { PATH: process.env["PATH"], PULUMI_CONFIG: "a-canary" };
    const child = spawn(process.execPath, args("program.mjs", "process.env.PULUMI_CONFIG"), { env });
    const ended = once(child, "close");
    const seen = new Map<string, string>();
    let running = true;
    void ended.then(() => (running = false));
    while (running) {
      for (const [pid, environment] of descendants(child.pid ?? 0)) seen.set(pid, environment);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(seen.size).toBeGreaterThan(0);
    for (const environment of seen.values()) expect(environment).not.toContain("PULUMI_CONFIG");
    expect(existsSync(join(clone, "node_modules/.cache/rancher"))).toBe(true);
  });
});

/** Environments of the processes below one, by process ID. Processes that end meanwhile are left out. */
function descendants(ancestor: number): [string, string][] {
  const parents = new Map<string, string>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const stat = contentOf(`/proc/${pid}/stat`);
    parents.set(pid, stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? "");
  }
  const isBelow = (pid: string | undefined): boolean =>
    pid !== undefined && pid !== "0" && (pid === String(ancestor) || isBelow(parents.get(pid)));
  return (
    [...parents]
      .filter(([, parent]) => isBelow(parent))
      .map(([pid]): [string, string] => [pid, contentOf(`/proc/${pid}/environ`)])
      // Between fork and exec it still has its parent's.
      .filter(([pid, environment]) => environment !== "" && contentOf(`/proc/${pid}/cmdline`).includes("build"))
  );
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
