import { existsSync, readdirSync } from "node:fs";
import { copyFile, link, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Suite } from "./apt-sources.ts";
import { cacheFolder } from "./cache-folder.ts";

/** Where apt keeps downloaded packages, below a host's root. */
const archives = "var/cache/apt/archives";

/**
 * Packages that hosts of earlier rehearsals downloaded, so that apt-get in a new host finds them in its own archive
 * folder: it still resolves, verifies and installs, but need not download again. Fills a layer to go under a host.
 */
export async function fillPackageLayer(suite: Suite, layer: string): Promise<void> {
  await mkdir(join(layer, archives), { recursive: true, mode: 0o755 });
  await transfer(poolOf(suite), join(layer, archives));
}

/** Keeps what a host downloaded for the next rehearsal. */
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

/** Copies where a hard link cannot be had (another file system), without ever showing half a file. */
async function copyWhole(from: string, to: string): Promise<void> {
  const parsed = join(dirname(to), `.${process.pid}-${Date.now()}`);
  try {
    await copyFile(from, parsed);
    await rename(parsed, to);
  } finally {
    await rm(parsed, { force: true });
  }
}

function poolOf(suite: Suite): string {
  return cacheFolder("packages", suite);
}
