import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

const loader = pathToFileURL(join(import.meta.dirname, "../../tools/load-typescript.mjs")).href;

/** Prints what the program finds in its environment, and then that of each process under it. */
const program = `
import { readdirSync, readFileSync } from "node:fs";
const own: string = process.env["PULUMI_CONFIG"] ?? "nothing";
const children = readdirSync("/proc").flatMap((pid) => {
  try {
    const parent = readFileSync("/proc/" + pid + "/stat", "utf8").split(") ").pop()?.split(" ")[1];
    return parent === String(process.pid) ? [readFileSync("/proc/" + pid + "/environ", "utf8")] : [];
  } catch {
    return [];
  }
});
console.log(JSON.stringify({ own, children }));
`;

it.skipIf(process.platform !== "linux")("keeps the configuration from the compiler it starts", () => {
  const folder = temporaryFolder();
  const file = join(folder, "program.mts");
  writeFileSync(file, program);

  // A folder for temporary files of its own: what tsx compiled before, it takes from there without a compiler.
  const env = { PATH: process.env["PATH"], TMPDIR: folder, PULUMI_CONFIG: "a-canary", PULUMI_CONFIG_SECRET_KEYS: "[]" };
  const printed = execFileSync(process.execPath, ["--import", loader, file], { env, encoding: "utf8" });

  const { own, children } = JSON.parse(printed) as { own: string; children: string[] };
  expect(own).toBe("a-canary");
  // Node that strips types by itself starts no compiler.
  if (!("typescript" in process.features)) expect(children.length).toBeGreaterThan(0);
  for (const environment of children) expect(environment).not.toContain("PULUMI_CONFIG");
});
