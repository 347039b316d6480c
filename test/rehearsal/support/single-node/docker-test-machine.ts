import {
  makeDockerMachine,
  checkPrivileged,
  type DockerMachine,
} from "../../../../rehearsal/single-node/docker-machine.ts";
import type { Sandbox } from "../../../../rehearsal/sandbox/sandbox.ts";
import { inDockerSandbox } from "./docker-sandbox.ts";

/** A sandbox with one host that has a Docker engine. */
export interface DockerTestMachine extends DockerMachine {
  readonly sandbox: Sandbox;
  /** Ends all of it. */
  close(): Promise<void>;
}

/** @returns the reason, if this machine cannot run a Docker engine, or no privileged container in it */
export async function makeDockerTestMachine(): Promise<DockerTestMachine | { readonly refused: string }> {
  return inDockerSandbox(async (sandbox, closers, close) => {
    const machine = await makeDockerMachine(sandbox, { name: "docker-1", user: "ops", port: 22 });
    closers.push(() => machine.engine.close());
    await checkPrivileged(machine);
    return { ...machine, sandbox, close };
  });
}
