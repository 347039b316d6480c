import {
  makeDockerMachine,
  checkPrivileged,
  type DockerMachine,
} from "../../../rehearsal/single-node/docker-machine.ts";
import type { Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { inDockerSandbox } from "./docker-sandbox.ts";

/** A world of one host with a Docker engine. */
export interface DockerTestMachine extends DockerMachine {
  readonly sandbox: Sandbox;
  /** Ends all of it. */
  close(): Promise<void>;
}

/** @returns why not, where this machine does not let a Docker engine run, or no privileged container in it */
export async function makeDockerTestMachine(): Promise<DockerTestMachine | { readonly refused: string }> {
  return inDockerSandbox(async (sandbox, closers, close) => {
    const machine = await makeDockerMachine(sandbox, { name: "docker-1", user: "ops", port: 22 });
    closers.push(() => machine.engine.close());
    await checkPrivileged(machine);
    return { ...machine, sandbox, close };
  });
}
