import { spawn } from "node:child_process";

import type { ListenerPlace } from "../../../rehearsal/fakes/node-listener.ts";

/** This machine in a node's place: one of its loopback addresses, no network of its own. */
export function thisMachine(name: string, address: string): ListenerPlace {
  return {
    name,
    address,
    spawn: (command, args, { stdio, cwd, env } = {}) =>
      spawn(command, [...args], { cwd, env, stdio: [...(stdio ?? ["ignore", "ignore", "ignore"])] }),
  };
}
