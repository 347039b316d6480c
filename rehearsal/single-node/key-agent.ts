import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startTethered } from "../kubernetes/tethered-process.ts";
import { mustRun, runCommand } from "../sandbox/command.ts";

/** A separate SSH agent: the only source of keys for the docker provider. */
export interface KeyAgent {
  readonly socket: string;
  close(): Promise<void>;
}

/** Starts an agent with the key in this file. It ends with this process. */
export async function startKeyAgent(folder: string, keyFile: string): Promise<KeyAgent> {
  const socket = join(folder, "agent.sock");
  const agent = await startTethered({
    name: "the SSH agent",
    command: "ssh-agent",
    args: ["-D", "-a", socket],
    logFile: join(folder, "agent.log"),
  });
  const env = { ...process.env, SSH_AUTH_SOCK: socket };
  // Exit code 1: the agent answers and has no key yet.
  for (let tries = 0; tries < 200 && (await runCommand(["ssh-add", "-l"], { env })).code !== 1; tries++)
    await sleep(25);
  await mustRun(["ssh-add", "-q", keyFile], { env });
  return { socket, close: () => agent.kill() };
}
