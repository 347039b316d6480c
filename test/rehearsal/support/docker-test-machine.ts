import {
  makeDockerMachine,
  provePrivileged,
  type DockerMachine,
} from "../../../rehearsal/single-node/docker-machine.ts";
import type { World } from "../../../rehearsal/world/world.ts";
import { inDockerWorld } from "./docker-world.ts";

/** A world of one host with a Docker engine. */
export interface DockerTestMachine extends DockerMachine {
  readonly world: World;
  /** Ends all of it. */
  close(): Promise<void>;
}

/** @returns why not, where this machine does not let a Docker engine run, or no privileged container in it */
export async function makeDockerTestMachine(): Promise<DockerTestMachine | { readonly refused: string }> {
  return inDockerWorld(async (world, closers, close) => {
    const machine = await makeDockerMachine(world, { name: "docker-1", user: "ops", port: 22 });
    closers.push(() => machine.engine.close());
    await provePrivileged(machine);
    return { ...machine, world, close };
  });
}
