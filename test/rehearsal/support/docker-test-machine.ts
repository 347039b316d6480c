import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DockerRefused } from "../../../rehearsal/docker/docker-engine.ts";
import {
  makeDockerMachine,
  provePrivileged,
  type DockerMachine,
} from "../../../rehearsal/single-node/docker-machine.ts";
import { createWorld, type World } from "../../../rehearsal/world/world.ts";

/** A world of one host with a Docker engine. */
export interface DockerTestMachine extends DockerMachine {
  readonly world: World;
  /** Ends all of it. */
  close(): Promise<void>;
}

/** @returns why not, where this machine does not let a Docker engine run, or no privileged container in it */
export async function makeDockerTestMachine(): Promise<DockerTestMachine | { readonly refused: string }> {
  if (process.getuid?.() !== 0) return { refused: "a Docker engine needs root" };
  const folder = mkdtempSync(join(tmpdir(), "docker-test-"));
  const world = await createWorld({ folder, progress: () => undefined });
  let machine: DockerMachine | undefined;
  const close = async (): Promise<void> => {
    await machine?.engine.close();
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    machine = await makeDockerMachine(world, { name: "docker-1", user: "ops", port: 22 });
    await provePrivileged(machine);
    return { ...machine, world, close };
  } catch (error) {
    await close();
    if (error instanceof DockerRefused) return { refused: error.message };
    throw error;
  }
}
