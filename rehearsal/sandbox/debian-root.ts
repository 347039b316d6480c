import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readAptSources, type AptSources, type Suite } from "./apt-sources.ts";
import { cacheFolder } from "./cache-folder.ts";
import { mustRun } from "./command.ts";
import { identify } from "./process-identity.ts";

/** What a server has that an administrator finds when first signing in; nginx and the like come with the program. */
const packages = [
  "bash",
  "ca-certificates",
  "iproute2",
  "openssh-server",
  "procps",
  "sudo",
  "tini", // PID 1
];

/** Raised when a root is made in another way from the same packages. */
const recipe = 1;

/** Nothing reads manuals on these hosts, and nothing must survive a power cut of the machine. */
const dpkgSettings = `force-unsafe-io
path-exclude=/usr/share/man/*
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/locale/*
`;

/** In namespaces of its own, whose every process and mount ends when this process does, however that comes about. */
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
 * The folder with a suite's root, made on first use and kept outside the clone. A root is found under the hash of all
 * that goes into it and is never changed afterwards; many worlds may use it at once.
 */
export async function debianRoot(suite: Suite, progress: (line: string) => void): Promise<string> {
  const sources = await readAptSources(suite);
  const folder = cacheFolder("roots", `${suite}-${recipeHash(suite, sources)}`);
  if (existsSync(folder)) return folder;
  const started = Date.now();
  progress(`making the ${suite} root of the hosts from Debian's packages (once; about half a minute)`);
  await mkdir(cacheFolder("roots"), { recursive: true, mode: 0o700 });
  const parsed = await mkdtemp(cacheFolder("roots", `.draft-${process.pid}-${identify(process.pid)?.started}-`));
  const removePartial = (): void => rmSync(parsed, { recursive: true, force: true, maxRetries: 5 });
  process.once("exit", removePartial);
  try {
    await make(join(parsed, "root"), suite, sources, parsed);
    await rename(join(parsed, "root"), folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // Else another rehearsal was quicker.
    });
  } finally {
    process.off("exit", removePartial);
    await rm(parsed, { recursive: true, force: true });
  }
  progress(`made the ${suite} root in ${Math.round((Date.now() - started) / 100) / 10} s: ${folder}`);
  return folder;
}

/** Removes drafts of roots whose maker is gone; gives their paths. */
export async function clearPartials(): Promise<string[]> {
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

async function make(root: string, suite: Suite, sources: AptSources, parsed: string): Promise<void> {
  const list = join(parsed, "sources.list");
  await writeFile(list, sources.entries.join("\n") + "\n");
  const options = sources.settings.map((line) => `--aptopt=${line}`);
  // The package lists stay, so that apt-get install works at once.
  const kept = ["--skip=cleanup/apt/lists", "--skip=check/empty"];
  const dpkg = dpkgSettings
    .trim()
    .split("\n")
    .map((line) => `--dpkgopt=${line}`);
  const words = ["--quiet", "--variant=minbase", "--format=directory", `--include=${packages.join(",")}`];
  const unset = { ...process.env, APT_CONFIG: undefined, TMPDIR: parsed, LC_ALL: "C" };
  await mustRun([...dyingWithUs, "mmdebstrap", ...words, ...options, ...kept, ...dpkg, suite, root, list], {
    env: unset,
  });
  // Every host gets keys and an id of its own.
  for (const name of readdirSync(join(root, "etc/ssh")).filter((file) => file.startsWith("ssh_host_"))) {
    await unlink(join(root, "etc/ssh", name));
  }
  await chmod(root, 0o755);
}

function recipeHash(suite: Suite, sources: AptSources): string {
  const ingredients = JSON.stringify([recipe, suite, sources, packages, dpkgSettings]);
  return createHash("sha256").update(ingredients).digest("hex").slice(0, 12);
}
