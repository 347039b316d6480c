import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { cacheFolder } from "../../../rehearsal/sandbox/cache-folder.ts";
import { runCommand } from "../../../rehearsal/sandbox/command.ts";
import { debianRoot } from "../../../rehearsal/sandbox/debian-root.ts";
import { clearLeftovers } from "../../../rehearsal/sandbox/leftovers.ts";
import { ledgerEntries, type LedgerEntry } from "../../../rehearsal/sandbox/ledger.ts";
import { isAlive } from "../../../rehearsal/sandbox/process-identity.ts";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";

const root = process.getuid?.() === 0;
const sandboxModule = join(import.meta.dirname, "../../../rehearsal/sandbox/sandbox.ts");

/** Another rehearsal's process: creates a sandbox with a host and a node, prints that, and waits. */
const otherProgram = `
  import { createSandbox } from ${JSON.stringify(sandboxModule)};
  const sandbox = await createSandbox({ folder: process.argv[1], progress: () => undefined });
  console.log("created", sandbox.id);
  await sandbox.addHost({ name: "lb-1", user: "ops", port: 22 });
  const node = await sandbox.addNode({ name: "node-1" });
  node.spawn("bash", ["-c", "sleep 8765 & sleep 8765"]);
  console.log("all");
  setInterval(() => undefined, 1000);
`;

/** State of this machine that a sandbox could have changed and that no other process changes meanwhile. */
async function machine(): Promise<string[]> {
  const namespaces = existsSync("/run/netns") ? readdirSync("/run/netns") : [];
  const rules = await runCommand(["nft", "list", "ruleset"]);
  const forwarding = ["ipv4/ip_forward", "ipv4/conf/all/forwarding", "ipv6/conf/all/forwarding"];
  return [...namespaces, rules.stdout, ...forwarding.map((name) => readFileSync(`/proc/sys/net/${name}`, "utf8"))];
}

/** Every trace of a sandbox, by its id, its folder and its network namespaces. */
function traces(entry: LedgerEntry, networks: readonly string[]): string[] {
  const found: string[] = [];
  if (existsSync(`/sys/class/net/${entry.link}`)) found.push(`link ${entry.link}`);
  if (existsSync(entry.folder)) found.push(`folder ${entry.folder}`);
  if (existsSync(cacheFolder("worlds", `${entry.prefix}.json`))) found.push("record");
  if (readFileSync("/proc/mounts", "utf8").includes(entry.folder)) found.push("mount");
  for (const process of entry.processes) if (isAlive(process)) found.push(`process ${process.pid} (${process.what})`);
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (networks.includes(networkOf(Number(pid)))) found.push(`process ${pid} in the sandbox's network`);
    if (mountsOf(pid).includes(entry.folder)) found.push(`process ${pid} with the sandbox's mounts`);
  }
  return found;
}

function networkOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return "";
  }
}

function mountsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/mounts`, "utf8");
  } catch {
    return "";
  }
}

function entryOf(folder: string): LedgerEntry | undefined {
  return ledgerEntries().find((entry) => entry.folder.startsWith(`${folder}/`));
}

describe.skipIf(!root)("what a sandbox leaves behind", () => {
  let folder: string;
  let other: ChildProcess | undefined;

  beforeAll(async () => {
    await debianRoot("bookworm", console.log);
  });
  afterEach(async () => {
    if (other?.exitCode === null && other.signalCode === null) other.kill("SIGKILL");
    await clearLeftovers();
    rmSync(folder, { recursive: true, force: true });
  });

  async function startOther(): Promise<ChildProcess> {
    folder = mkdtempSync(join(tmpdir(), "sandbox-test-"));
    const args = ["--import", "tsx", "--input-type=module", "-e", otherProgram, folder];
    other = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    return other;
  }

  async function printed(child: ChildProcess, word: string): Promise<void> {
    for await (const text of child.stdout!.iterator({ destroyOnReturn: false }))
      if (String(text).includes(word)) return;
  }

  async function kill(child: ChildProcess): Promise<void> {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }

  it("is nothing after it is closed, also with a frozen and a stopped host, and while one is being created", async () => {
    folder = mkdtempSync(join(tmpdir(), "sandbox-test-"));
    const before = await machine();
    const sandbox: Sandbox = await createSandbox({ folder, progress: () => undefined });
    const frozen = await sandbox.addHost({ name: "frozen", user: "ops", port: 22 });
    const stopped = await sandbox.addHost({ name: "stopped", user: "ops", port: 22 });
    await frozen.freeze();
    await stopped.stop();
    const entry = entryOf(folder)!;
    const networks = entry.processes.filter(isAlive).map(({ pid }) => networkOf(pid));
    const late = sandbox.addHost({ name: "late", user: "ops", port: 22 }).catch((error: Error) => error.message);

    const started = Date.now();
    await sandbox.close();
    console.log(`close took ${Date.now() - started} ms`);

    expect(await late).toEqual(expect.any(String));
    const own = networkOf(process.pid);
    expect(
      traces(
        entry,
        networks.filter((network) => network !== own),
      ),
    ).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    expect(await machine()).toEqual(before);
    await sandbox.close();
  });

  it("is cleared by the next run when its creator was killed", async () => {
    const before = await machine();
    const child = await startOther();
    await printed(child, "all");
    const entry = entryOf(folder)!;
    const own = networkOf(process.pid);
    const networks = entry.processes.map(({ pid }) => networkOf(pid)).filter((network) => network !== own);
    await kill(child);
    expect(traces(entry, networks).length).toBeGreaterThan(8);

    const lines: string[] = [];
    const cleared = await clearLeftovers({ progress: (line) => lines.push(line) });

    expect(cleared).toContain(`link ${entry.link}`);
    expect(cleared).toContain(`folder ${entry.folder}`);
    expect(lines.join("\n")).toContain(`cleared what an earlier rehearsal (sandbox ${entry.sandbox}) left`);
    expect(traces(entry, networks)).toEqual([]);
    expect(await machine()).toEqual(before);
  });

  it.each([0, 15, 40, 80, 120, 200, 300])(
    "is cleared when its creator was killed %i ms after it began",
    async (delay) => {
      const child = await startOther();
      await expect.poll(() => entryOf(folder), { interval: 2, timeout: 20_000 }).toBeDefined();
      await new Promise((resolve) => setTimeout(resolve, delay));
      await kill(child);
      const entry = entryOf(folder)!;

      await clearLeftovers();

      await expect.poll(() => traces(entry, []), { timeout: 2000 }).toEqual([]);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it("includes no partial root filesystem, because its creation ends with its creator", async () => {
    folder = mkdtempSync(join(tmpdir(), "sandbox-test-"));
    const program = `
      import { debianRoot } from ${JSON.stringify(join(import.meta.dirname, "../../../rehearsal/sandbox/debian-root.ts"))};
      await debianRoot("bookworm", console.log);
    `;
    const env = { ...process.env, XDG_CACHE_HOME: folder };
    other = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], { env });
    const roots = join(folder, "rancher", "roots");
    const half = (): boolean => readdirSync(roots).some((name) => existsSync(join(roots, name, "result", "usr")));
    await expect.poll(() => existsSync(roots) && half(), { timeout: 60_000 }).toBe(true);
    const making = async (): Promise<string> => (await runCommand(["pgrep", "-f", `mmdebstrap.*${roots}`])).stdout;
    expect(await making()).not.toBe("");
    await kill(other);
    await expect.poll(making, { timeout: 5000 }).toBe("");

    const usual = process.env["XDG_CACHE_HOME"];
    process.env["XDG_CACHE_HOME"] = folder;
    try {
      const [cleared] = await clearLeftovers();
      expect(cleared).toContain(`folder ${roots}/.draft-`);
      expect(readdirSync(roots)).toEqual([]);
    } finally {
      if (usual === undefined) delete process.env["XDG_CACHE_HOME"];
      else process.env["XDG_CACHE_HOME"] = usual;
    }
  });

  it("is not cleared while its creator lives", async () => {
    const child = await startOther();
    await printed(child, "all");
    const entry = entryOf(folder)!;

    const cleared = await clearLeftovers();

    expect(cleared.filter((line) => line.includes(entry.sandbox))).toEqual([]);
    expect(entry.processes.every(isAlive)).toBe(true);
    await kill(child);
  });
});
