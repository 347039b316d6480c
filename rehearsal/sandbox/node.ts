import type { ChildProcess } from "node:child_process";
import { startGated, type GatedOptions } from "./gated-process.ts";
import type { Ledger } from "./ledger.ts";
import { enter, ownNetwork, type SandboxNetwork } from "./network.ts";

/** A member of the sandbox's network with its own address but the files and programs of this machine. */
export interface Node {
  readonly name: string;
  readonly address: string;
  /** Prefix of a command of this machine that runs in the node's network namespace. */
  readonly enter: readonly string[];
  /** Starts a command of this machine on the node. It ends with the sandbox at the latest. */
  spawn(command: string, args: readonly string[], options?: GatedOptions): ChildProcess;
  /** Drops every packet from and to the node. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

export async function startNode(ledger: Ledger, network: SandboxNetwork, name: string, address: string): Promise<Node> {
  const holder = startGated(ledger, `node ${name}`, ["unshare", "--net", "sleep", "infinity"], { holdsNetwork: true });
  await ownNetwork(holder);
  await network.attach(holder, address);
  return {
    name,
    address,
    enter: enter(holder),
    spawn: (command, args, options = {}) =>
      startGated(ledger, `${name}: ${command}`, [...enter(holder), command, ...args], options).child,
    freeze: () => network.silence(address, true),
    thaw: () => network.silence(address, false),
  };
}
