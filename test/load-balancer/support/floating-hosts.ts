import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Upstream } from "../../../components/load-balancer/listener.ts";
import {
  renderKeepalivedScript,
  type KeepalivedScriptArgs,
} from "../../../components/load-balancer/keepalived/keepalived-script.ts";
import { runCommand } from "../../../rehearsal/sandbox/command.ts";
import { lastAddress } from "../../../rehearsal/sandbox/subnet.ts";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { ScriptedHost, type ScriptEnd, type ScriptOptions } from "../../rehearsal/support/scripted-host.ts";

/** Two hosts with nginx, and an address that may move between them. */
export interface FloatingHosts {
  readonly address: string;
  readonly hosts: readonly [ScriptedHost, ScriptedHost];
  readonly sandbox: Sandbox;
  /** Runs the product's script for the floating address. */
  keepalived(host: ScriptedHost, change?: Partial<KeepalivedScriptArgs>, options?: ScriptOptions): Promise<ScriptEnd>;
  /** Names of the hosts that have the address now. */
  holders(): Promise<string[]>;
  /** The host that has the address and the other one, once that has not changed for a second. */
  settled(): Promise<{ readonly holder: ScriptedHost; readonly other: ScriptedHost }>;
  close(): Promise<void>;
}

/** Creates the hosts. nginx on both forwards to a server that responds with "hello". No address floats yet. */
export async function floatingHosts(): Promise<FloatingHosts> {
  const folder = mkdtempSync(join(tmpdir(), "floating-address-"));
  const sandbox = await createSandbox({ folder, progress: () => undefined });
  const server = createServer((socket) => socket.on("error", () => undefined).end("hello\n"));
  await new Promise<void>((done) => server.listen(0, sandbox.subnet.machine, done));
  const upstream: Upstream = { address: sandbox.subnet.machine, port: (server.address() as AddressInfo).port };
  const address = lastAddress(sandbox.subnet);
  const make = async (name: string) => {
    const host = new ScriptedHost(sandbox, await sandbox.addHost({ name, user: "ops", port: 22 }));
    await host.base.create();
    const end = await host.nginx([{ layer: 4, name: "https", port: 443, upstreams: [upstream], proxyProtocol: false }]);
    if (end.code !== 0) throw new Error(end.stderr);
    return host;
  };
  const hosts = await Promise.all([make("lb-1"), make("lb-2")]);

  const keepalived: FloatingHosts["keepalived"] = (host, change = {}, options = {}) => {
    const group = hosts.map(({ host: { name, address: peerAddress } }) => ({ name, peerAddress }));
    const args = { address, virtualRouterId: 51, hosts: group, self: host.host.name, ...change };
    return host.run("keepalived", renderKeepalivedScript(args), options);
  };
  const has = async ({ host }: ScriptedHost) => {
    const { stdout } = await host.exec(["ip", "-o", "address", "show", "to", address]).catch(() => ({ stdout: "" }));
    return stdout === "" ? [] : [host.name];
  };
  const holders = async () => (await Promise.all(hosts.map(has))).flat();
  return {
    ...{ address, hosts, sandbox, keepalived, holders },
    settled: async () => {
      let same = 0;
      let last = "";
      for (const until = Date.now() + 10_000; Date.now() < until && same < 10; await sleep(100)) {
        const now = (await holders()).join(", ");
        same = now === last && now !== "" && !now.includes(",") ? same + 1 : 0;
        last = now;
      }
      if (same < 10) throw new Error(`not one host holds ${address} for a second, but: ${last || "none"}`);
      const [one, two] = hosts;
      return last === one.host.name ? { holder: one, other: two } : { holder: two, other: one };
    },
    close: async () => {
      await sandbox.close();
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Loads nftables rules into a host's network with this machine's nft, because the host need not have it. */
export async function loadRules({ host }: ScriptedHost, rules: string): Promise<void> {
  const init = host.enter[host.enter.indexOf("--target") + 1];
  const { code, stderr } = await runCommand(["nsenter", `--net=/proc/${init}/ns/net`, "--", "nft", "-f", "-"], {
    stdin: rules,
  });
  if (code !== 0) throw new Error(stderr);
}
