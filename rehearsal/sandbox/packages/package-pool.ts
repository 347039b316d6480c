import { existsSync, readdirSync } from "node:fs";
import { copyFile, link, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Suite } from "./apt-sources.ts";
import { cacheFolder } from "../cache-folder.ts";

/** apt's download cache, relative to a host's root. */
const archives = "var/cache/apt/archives";

/**
 * Fills a layer of a host with the packages that earlier rehearsals downloaded. apt-get still resolves, verifies and
 * installs them, but need not download them again.
 */
export async function fillPackageLayer(suite: Suite, layer: string): Promise<void> {
  await mkdir(join(layer, archives), { recursive: true, mode: 0o755 });
  await transfer(poolOf(suite), join(layer, archives));
}

/** Stores the packages that a host downloaded, for the next rehearsal. */
export async function keepPackages(suite: Suite, upperLayer: string): Promise<void> {
  await transfer(join(upperLayer, archives), poolOf(suite));
}

async function transfer(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  await mkdir(to, { recursive: true });
  for (const name of readdirSync(from).filter((file) => file.endsWith(".deb"))) {
    if (existsSync(join(to, name))) continue;
    await link(join(from, name), join(to, name)).catch(() => copyWhole(join(from, name), join(to, name)));
  }
}

/** Copies atomically, for a target on another file system, where hard links are impossible. */
async function copyWhole(from: string, to: string): Promise<void> {
  const partial = join(dirname(to), `.${process.pid}-${Date.now()}`);
  try {
    await copyFile(from, partial);
    await rename(partial, to);
  } finally {
    await rm(partial, { force: true });
  }
}

function poolOf(suite: Suite): string {
  return cacheFolder("packages", suite);
}
