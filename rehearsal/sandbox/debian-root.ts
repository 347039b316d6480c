import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { chmod, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readAptSources, type AptSources, type Suite } from "./packages/apt-sources.ts";
import { cached } from "./cache-draft.ts";
import { cacheFolder } from "./cache-folder.ts";
import { mustRun } from "./command.ts";
import { installable, prunePackageLists } from "./packages/package-lists.ts";

/** The packages of a freshly installed server. The program itself installs nginx and the like. */
const packages = [
  "bash",
  "ca-certificates",
  "iproute2",
  "openssh-server",
  "procps",
  "sudo",
  "tini", // PID 1
];

/** Increment when the build of a root changes but its packages do not. */
const recipe = 2;

/** Skips fsync and documentation: the hosts are disposable. */
const dpkgSettings = `force-unsafe-io
path-exclude=/usr/share/man/*
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/locale/*
`;

/** Runs a command in new namespaces. The kernel ends its processes and mounts when this process ends, even by SIGKILL. */
const dyingWithUs = [
  "setpriv",
  "--pdeathsig",
  "KILL",
  "unshare",
  "--mount",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
];

/**
 * Returns the folder with a suite's root, which is built on first use and kept in the cache. The folder's name has a
 * hash of all inputs. A root never changes, so many sandboxes can share it.
 */
export async function debianRoot(suite: Suite, progress: (line: string) => void): Promise<string> {
  const sources = await readAptSources(suite);
  const folder = cacheFolder("roots", `${suite}-${recipeHash(suite, sources)}`);
  return cached(folder, async (root, draft) => {
    const started = Date.now();
    progress(`creating the hosts' ${suite} root from Debian's packages (once; about half a minute)`);
    await make(root, suite, sources, draft);
    progress(`created the ${suite} root in ${Math.round((Date.now() - started) / 100) / 10} s: ${folder}`);
  });
}

async function make(root: string, suite: Suite, sources: AptSources, draft: string): Promise<void> {
  const list = join(draft, "sources.list");
  await writeFile(list, sources.entries.join("\n") + "\n");
  const options = sources.settings.map((line) => `--aptopt=${line}`);
  // Keep the package lists, so that apt-get install works without apt-get update.
  const kept = ["--skip=cleanup/apt/lists", "--skip=check/empty"];
  const dpkg = dpkgSettings
    .trim()
    .split("\n")
    .map((line) => `--dpkgopt=${line}`);
  const args = ["--quiet", "--variant=minbase", "--format=directory", `--include=${packages.join(",")}`];
  const unset = { ...process.env, APT_CONFIG: undefined, TMPDIR: draft, LC_ALL: "C" };
  await mustRun([...dyingWithUs, "mmdebstrap", ...args, ...options, ...kept, ...dpkg, suite, root, list], {
    env: unset,
  });
  // Every host gets its own keys.
  for (const name of readdirSync(join(root, "etc/ssh")).filter((file) => file.startsWith("ssh_host_"))) {
    await unlink(join(root, "etc/ssh", name));
  }
  prunePackageLists(root);
  await chmod(root, 0o755);
}

function recipeHash(suite: Suite, sources: AptSources): string {
  const ingredients = JSON.stringify([recipe, suite, sources, packages, installable, dpkgSettings]);
  return createHash("sha256").update(ingredients).digest("hex").slice(0, 12);
}
