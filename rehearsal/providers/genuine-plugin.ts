import { execFile } from "node:child_process";
import { cp, link, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** Timeout of a download once the site answers; the largest plugin has about 50 MB. */
const downloadLimitMs = 180_000;
/** Timeout for the download site to answer. */
const answerLimitMs = 3_000;
/** Pulumi's download site, from which its CLI also downloads these plugins. */
const downloadSite = "https://get.pulumi.com/releases/plugins/";

const run = promisify(execFile);

/** Name of a plugin's folder in `<Pulumi home>/plugins`. */
export function pluginFolder(name: string, version: string): string {
  return `resource-${name}-v${version}`;
}

/**
 * Copies the user's plugin into another Pulumi home, with hard links if the file system allows them. The folder itself
 * cannot be a link, because the engine ignores those. Returns false if the user does not have the plugin.
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

/** Downloads a plugin with the Pulumi CLI. Returns false, within seconds, if the site cannot be reached. */
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

/** Pulumi marks an incomplete installation with a file next to the folder. */
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
