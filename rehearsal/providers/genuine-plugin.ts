import { execFile } from "node:child_process";
import { cp, link, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** How long a download may take once the site answers; the largest plugin is some 50 MB. */
const downloadLimitMs = 180_000;
/** How long the download site may take to answer at all. */
const answerLimitMs = 3_000;
/** Pulumi's own download site, where its CLI looks for these plugins too. */
const downloadSite = "https://get.pulumi.com/releases/plugins/";

const run = promisify(execFile);

/** The folder a plugin stands in, below `<Pulumi home>/plugins`. */
export function pluginFolder(name: string, version: string): string {
  return `resource-${name}-v${version}`;
}

/**
 * Puts the user's own copy of a plugin into another Pulumi home, by hard links where the file system allows. Folders
 * that are links themselves are not found by the engine. False when the user has none.
 */
export async function takeInstalled(from: string, name: string, version: string, to: string): Promise<boolean> {
  const installed = join(from, "plugins", pluginFolder(name, version));
  const program = await stat(join(installed, `pulumi-resource-${name}`)).catch(() => undefined);
  if (!program?.isFile() || (await isPartial(from, name, version))) return false;
  const target = join(to, "plugins", pluginFolder(name, version));
  const making = `${target}.making`;
  await rm(making, { recursive: true, force: true });
  await linkTree(installed, making);
  await rm(target, { recursive: true, force: true });
  await rename(making, target);
  return true;
}

/** Lets the Pulumi CLI fetch a plugin; false, within seconds, when the network does not allow it. */
export async function download(pulumi: string, name: string, version: string, pulumiHome: string): Promise<boolean> {
  if (!(await answers(downloadSite))) return false;
  try {
    await run(pulumi, ["plugin", "install", "resource", name, version], {
      env: { ...process.env, PULUMI_HOME: pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: downloadLimitMs,
      killSignal: "SIGKILL",
    });
    return true;
  } catch {
    const unfinished = join(pulumiHome, "plugins", pluginFolder(name, version));
    for (const rest of ["", ".partial", ".lock"]) await rm(unfinished + rest, { recursive: true, force: true });
    return false;
  }
}

async function answers(address: string): Promise<boolean> {
  try {
    await fetch(address, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(answerLimitMs) });
    return true;
  } catch {
    return false;
  }
}

/** Pulumi marks an installation that was broken off with a file beside the folder. */
async function isPartial(home: string, name: string, version: string): Promise<boolean> {
  const mark = join(home, "plugins", `${pluginFolder(name, version)}.partial`);
  return stat(mark).then(
    () => true,
    () => false,
  );
}

async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await linkTree(source, target);
    else await link(source, target).catch(() => cp(source, target, { dereference: true }));
  }
}
