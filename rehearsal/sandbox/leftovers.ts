import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "./command.ts";
import { clearDrafts } from "./cache-draft.ts";
import { ledgerEntries, ownerLives, strikeEntry, type LedgerEntry } from "./ledger.ts";
import { bootId, killProcess, sharersOfNetwork, waitUntilGone } from "./process-identity.ts";

/**
 * Ends every process of a sandbox, and with them its namespaces, links and mounts; then removes its folder. Returns
 * what it cleared. It is idempotent and also clears a partly made sandbox.
 */
export async function clearSandbox(entry: LedgerEntry): Promise<string[]> {
  const cleared: string[] = [];
  if (entry.boot === bootId()) {
    const holders = entry.processes.filter((process) => process.holdsNetwork);
    const others = entry.processes.filter((process) => !process.holdsNetwork);
    for (const process of others) if (killProcess(process)) cleared.push(`process ${process.pid} (${process.what})`);
    // Children of recorded processes are not recorded. Find them by their network namespace while its holder runs.
    const strays = holders.flatMap((holder) => sharersOfNetwork(holder).filter(({ pid }) => pid !== holder.pid));
    for (const stray of strays) if (killProcess(stray)) cleared.push(`process ${stray.pid} (in the sandbox's network)`);
    for (const process of holders) if (killProcess(process)) cleared.push(`process ${process.pid} (${process.what})`);
    const left = await waitUntilGone([...entry.processes, ...strays]);
    if (left.length > 0) {
      const ids = left.map(({ pid }) => pid).join(", ");
      throw new Error(
        `processes ${ids} of rehearsal sandbox ${entry.sandbox} do not end; end them, then run this again`,
      );
    }
    if (await linkGone(entry.link)) cleared.push(`link ${entry.link}`);
  }
  if (existsSync(entry.folder)) {
    await rm(entry.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    cleared.push(`folder ${entry.folder}`);
  }
  strikeEntry(entry);
  return cleared;
}

/** Clears every sandbox whose process no longer runs, and returns what it cleared. */
export async function clearLeftovers(options: { progress?: (line: string) => void } = {}): Promise<string[]> {
  const cleared: string[] = [];
  for (const entry of ledgerEntries().filter((candidate) => !ownerLives(candidate))) {
    const started = Date.now();
    const things = await clearSandbox(entry);
    cleared.push(...things);
    options.progress?.(
      `cleared what an earlier rehearsal (sandbox ${entry.sandbox}) left: ${things.join(", ")}; ${Date.now() - started} ms`,
    );
  }
  for (const draft of await clearDrafts()) {
    cleared.push(`folder ${draft}`);
    options.progress?.(`removed what a killed rehearsal had begun to cache: ${draft}`);
  }
  return cleared;
}

/**
 * Waits until the kernel has removed the link, which it does a moment after the last process in the namespace of the
 * other end. Returns whether there was a link.
 */
async function linkGone(link: string): Promise<boolean> {
  const present = (): boolean => existsSync(`/sys/class/net/${link}`);
  const was = present();
  for (let tries = 0; present() && tries < 100; tries++) {
    if (tries === 50) await runCommand(["ip", "link", "del", link]);
    await sleep(10);
  }
  return was;
}
