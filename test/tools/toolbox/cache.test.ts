import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cacheFolder, folderOf, keep, kept, workFolder } from "../../../tools/toolbox/cache.mjs";
import { temporaryFolder } from "../temporary-folder.ts";

async function keepHelm(root: string, text: string): Promise<string> {
  const work = await workFolder(root);
  writeFileSync(join(work, "helm"), text);
  const folder = folderOf(root, "helm");
  await keep(work, folder, "build", { helm: "3.19.0" });
  return folder;
}

test("the cache is at XDG's path, or in the home folder", () => {
  expect(cacheFolder({ XDG_CACHE_HOME: "/var/cache/me", HOME: "/home/me" })).toBe("/var/cache/me/rancher/tools");
  expect(cacheFolder({ XDG_CACHE_HOME: "relative", HOME: "/home/me" })).toBe("/home/me/.cache/rancher/tools");
  expect(cacheFolder({ XDG_CACHE_HOME: "", HOME: "/home/me" })).toBe("/home/me/.cache/rancher/tools");
});

test("a cached tool is found again, executable, with its description", async () => {
  const folder = await keepHelm(temporaryFolder(), "text");

  expect(folder).toMatch(/\/helm\/3\.19\.0-[0-9a-f]{12}$/);
  expect(await kept(folder, "helm")).toEqual({ path: join(folder, "helm"), version: "3.19.0", origin: "build" });
  expect(await kept(folder, "kubectl")).toBeUndefined();
});

test.each<[string, (folder: string) => void]>([
  ["a shorter file", (folder) => truncateSync(join(folder, "helm"), 2)],
  ["a file that others may write", (folder) => chmodSync(join(folder, "helm"), 0o777)],
  ["a file that cannot be executed", (folder) => chmodSync(join(folder, "helm"), 0o644)],
  ["no receipt", (folder) => writeFileSync(join(folder, "receipt.json"), "")],
])("%s is not used, and replaced by the next tool that is cached", async (_, damage) => {
  const root = temporaryFolder();
  const folder = await keepHelm(root, "text");
  damage(folder);

  expect(await kept(folder, "helm")).toBeUndefined();

  await keepHelm(root, "text");
  expect(await kept(folder, "helm")).toBeDefined();
});

test("the partial files of a killed run are not used, and removed by the next run", async () => {
  const root = temporaryFolder();
  const dead = join(root, "work", "1.0.abc");
  mkdirSync(dead, { recursive: true });
  writeFileSync(join(dead, "helm"), "half");

  const own = await workFolder(root);

  expect(existsSync(dead)).toBe(false);
  expect(readdirSync(join(root, "work"))).toHaveLength(1);
  await workFolder(root);
  expect(existsSync(own)).toBe(true);
});

test("a failure while caching keeps the previous content", async () => {
  const root = temporaryFolder();
  const folder = await keepHelm(root, "text");

  await expect(keep(await workFolder(root), folder, "build", { helm: "3.19.0" })).rejects.toThrow("ENOENT");

  expect(readFileSync(join(folder, "helm"), "utf8")).toBe("text");
});
