import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Suite } from "./packages/apt-sources.ts";
import { mustRun } from "./command.ts";
import { debianRoot } from "./debian-root.ts";
import { makeHost, type Host, type HostSpec } from "./host.ts";
import { clearSandbox } from "./leftovers.ts";
import { Ledger } from "./ledger.ts";
import { startNetwork, subnetsFreeHere } from "./network.ts";
import { startNode, type Node } from "./node.ts";
import { memberAddress, type Subnet } from "./subnet.ts";

/** The hosts and nodes of a rehearsal, on one private network of this machine. */
export interface Sandbox {
  readonly id: string;
  /** Has all of the sandbox's files, mode 0700; removed on close. */
  readonly folder: string;
  readonly subnet: Subnet;
  /** OpenSSH ed25519 private key of every host's user, made for this sandbox. */
  readonly privateKey: string;
  /** The same key as a file of mode 0600. */
  readonly privateKeyFile: string;
  /** Creates a Debian server with sshd and starts it. */
  addHost(spec: HostSpec): Promise<Host>;
  /** Adds a member of the network that only has an address. */
  addNode(spec: { readonly name: string }): Promise<Node>;
  /** Ends every process of the sandbox and removes its files. Idempotent. */
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** The sandbox creates its folder in it. */
  readonly folder: string;
  readonly progress: (line: string) => void;
}

/** Creates an empty sandbox. The caller must close it, also on signals; after a kill, `clearLeftovers` clears it. */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Error("a rehearsal's hosts are Linux namespaces, which need root on Linux; run it with sudo");
  }
  const { ledger, subnet } = await claimSubnet(resolve(options.folder));
  const { sandbox: id, folder } = ledger.entry;
  let closing: Promise<void> | undefined;
  const hosts: Host[] = [];
  const close = async (): Promise<void> => {
    const entry = ledger.close();
    await Promise.allSettled(hosts.map((host) => host.stop()));
    await clearSandbox(entry);
  };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const privateKeyFile = join(folder, "user-key");
    await mustRun(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", `rehearsal-${id}`, "-f", privateKeyFile]);
    const privateKey = await readFile(privateKeyFile, "utf8");
    const authorizedKey = (await readFile(`${privateKeyFile}.pub`, "utf8")).trim();
    const network = await startNetwork(ledger, subnet);
    const names = new Set<string>();
    const admit = (name: string): string => {
      if (closing !== undefined) throw new Error(`sandbox ${id} is closed; ${name} cannot join it`);
      if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) throw new Error(`"${name}" is not a host name`);
      if (names.has(name)) throw new Error(`sandbox ${id} already has a ${name}; names must be unique`);
      names.add(name);
      return memberAddress(subnet, names.size - 1);
    };
    const roots = new Map<Suite, Promise<string>>();
    const rootOf = (suite: Suite): Promise<string> => {
      const root = roots.get(suite) ?? debianRoot(suite, options.progress);
      roots.set(suite, root);
      return root;
    };
    return {
      id,
      folder,
      subnet,
      privateKey,
      privateKeyFile,
      addHost: async (spec) => {
        const address = admit(spec.name);
        const root = await rootOf(spec.suite ?? "bookworm");
        const around = { ledger, network, debianRoot: root, authorizedKey, address, folder: join(folder, spec.name) };
        const host = await makeHost(spec, around);
        hosts.push(host);
        return host;
      },
      addNode: async ({ name }) => startNode(ledger, network, name, admit(name)),
      close: () => (closing ??= close()),
    };
  } catch (error) {
    await clearSandbox(ledger.close());
    throw error;
  }
}

async function claimSubnet(parent: string): Promise<{ ledger: Ledger; subnet: Subnet }> {
  const sandbox = randomBytes(3).toString("hex");
  for (const subnet of await subnetsFreeHere()) {
    const folder = join(parent, `world-${sandbox}`);
    const ledger = Ledger.claim({ sandbox, prefix: subnet.prefix, link: `rehearse-${sandbox}`, folder });
    if (ledger !== undefined) return { ledger, subnet };
  }
  throw new Error("every network in 198.18.0.0/15 is in use on this machine; a rehearsal needs one /24 of it");
}
