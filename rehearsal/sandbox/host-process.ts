import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startGated } from "./gated-process.ts";
import type { Ledger } from "./ledger.ts";
import { ownNetwork, enter, type SandboxNetwork } from "./network.ts";
import { identify, isAlive, killProcess, waitUntilGone, type ProcessIdentity } from "./process-identity.ts";

/** A running host. */
export interface HostProcess {
  /** The host's PID 1, with its id on this machine. */
  readonly init: ProcessIdentity;
  /** Kills PID 1 and with it every process of the host, like a power cut. */
  end(): Promise<void>;
}

export interface HostParts {
  readonly name: string;
  readonly user: string;
  readonly address: string;
  /** Has the layer `upper` and the folders that the mount needs. */
  readonly folder: string;
  /** Read-only layers, topmost first. */
  readonly layers: readonly string[];
  /** A folder of this machine that is mounted on the host. */
  readonly shared?: string;
}

const script = join(import.meta.dirname, "enter-host.sh");

/** Starts a host's namespaces and its init. Output before its services run goes to `console.log` in its folder. */
export async function startHostProcess(
  ledger: Ledger,
  network: SandboxNetwork,
  parts: HostParts,
): Promise<HostProcess> {
  const { name, user, address, folder, layers } = parts;
  // A new network namespace for every start, so that a restarted host has no old addresses, rules or sockets.
  const holder = startGated(ledger, `${name}'s network`, ["unshare", "--net", "sleep", "infinity"], {
    holdsNetwork: true,
  });
  await ownNetwork(holder);
  await network.attach(holder, address);
  // overlayfs refuses the work folder of an earlier volatile mount.
  await rm(join(folder, "work"), { recursive: true, force: true });
  for (const part of ["work", "merged"]) await mkdir(join(folder, part), { recursive: true });
  const console = openSync(join(folder, "console.log"), "a", 0o600);
  const unshare = ["unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child"];
  const command = ["/bin/bash", script, layers.join(":"), folder, name, user, parts.shared ?? ""];
  const parent = startGated(ledger, `host ${name}`, [...enter(holder), ...unshare, ...command], {
    stdio: ["ignore", console, console],
  });
  closeSync(console);
  const init = await firstChild(parent);
  if (init !== undefined) ledger.add(init, `init of ${name}`);
  const end = async (): Promise<void> => {
    const all = init === undefined ? [parent, holder] : [init, parent, holder];
    all.forEach(killProcess);
    const left = (await waitUntilGone(all)).map(({ pid }) => pid).join(", ");
    if (left !== "") throw new Error(`host ${name} did not stop: processes ${left} are left; end them by hand`);
    await network.detach(address);
  };
  if (init !== undefined && (await hasOwnRoot(init))) return { init, end };
  await end();
  throw notStarted(parts);
}

async function firstChild(parent: ProcessIdentity): Promise<ProcessIdentity | undefined> {
  for (const until = Date.now() + 5000; Date.now() < until && isAlive(parent); await sleep(2)) {
    const [pid] = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, "utf8").trim().split(" ");
    const found = pid === undefined || pid === "" ? undefined : identify(Number(pid));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Waits until init has changed its root and executes the host's own program. */
async function hasOwnRoot(init: ProcessIdentity): Promise<boolean> {
  for (const until = Date.now() + 10_000; Date.now() < until && isAlive(init); await sleep(2)) {
    if (readFileSync(`/proc/${init.pid}/comm`, "utf8").trim() === "tini") {
      return true;
    }
  }
  return false;
}

function notStarted({ name, folder }: HostParts): Error {
  let log = "";
  try {
    log = readFileSync(join(folder, "console.log"), "utf8").trim().split("\n").slice(-5).join("\n");
  } catch {
    // There is no log.
  }
  const remedy =
    "A rehearsal needs root, and a folder on a file system that overlayfs can write to (not another overlay)";
  return new Error(`host ${name} did not start: ${log || "no output"}. ${remedy}.`);
}
