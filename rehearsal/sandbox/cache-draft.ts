import { existsSync, readdirSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import { identify } from "./process-identity.ts";

/**
 * Returns a file or folder of the cache, which is created on first use. It is complete as soon as it exists: `create`
 * works in a draft folder, and what it leaves at the path it is given is renamed.
 */
export async function cached(
  path: string,
  create: (result: string, draft: string) => Promise<unknown>,
): Promise<string> {
  if (existsSync(path)) return path;
  for (const folder of [cacheFolder("roots"), dirname(path)]) await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = await mkdtemp(cacheFolder("roots", `.draft-${process.pid}-${identify(process.pid)?.started}-`));
  const removeDraft = (): void => rmSync(draft, { recursive: true, force: true, maxRetries: 5 });
  process.once("exit", removeDraft);
  try {
    const result = join(draft, "result");
    await create(result, draft);
    await rename(result, path).catch((error: unknown) => {
      if (!existsSync(path)) throw error; // Otherwise another rehearsal has created the same meanwhile.
    });
  } finally {
    process.off("exit", removeDraft);
    await rm(draft, { recursive: true, force: true });
  }
  return path;
}

/** Removes drafts whose process no longer runs. Returns their paths. */
export async function clearDrafts(): Promise<string[]> {
  if (!existsSync(cacheFolder("roots"))) return [];
  const cleared: string[] = [];
  for (const name of readdirSync(cacheFolder("roots"))) {
    const [, pid, started] = /^\.draft-(\d+)-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || identify(Number(pid))?.started === Number(started)) continue;
    await rm(cacheFolder("roots", name), { recursive: true, force: true });
    cleared.push(cacheFolder("roots", name));
  }
  return cleared;
}
