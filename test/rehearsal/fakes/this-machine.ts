import { spawn } from "node:child_process";

import type { ListenerPlace } from "../../../rehearsal/fakes/node-listener.ts";

/** This machine in place of a node: one of its loopback addresses, without a separate network. */
export function thisMachine(name: string, address: string): ListenerPlace {
  return {
    name,
    address,
    spawn: (command, args, { stdio, cwd, env } = {}) =>
      spawn(command, [...args], { cwd, env, stdio: [...(stdio ?? ["ignore", "ignore", "ignore"])] }),
  };
}
