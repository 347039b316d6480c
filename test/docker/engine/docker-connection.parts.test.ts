import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dockerConnection } from "../../../components/docker/engine/docker-connection.ts";
import { sshHost } from "../../../components/host/host.ts";
import { startKeyAgent, type KeyAgent } from "../../../rehearsal/single-node/key-agent.ts";
import { runCommand } from "../../../rehearsal/sandbox/command.ts";
import type { Host } from "../../../rehearsal/sandbox/host.ts";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";

describe.skipIf(process.getuid?.() !== 0)("ssh, as the Docker provider is configured to call it", () => {
  const folder = mkdtempSync(join(tmpdir(), "docker-connection-"));
  let sandbox: Sandbox;
  let agent: KeyAgent;
  let engine: Host;
  let jump: Host;
  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    engine = await sandbox.addHost({ name: "docker-1", user: "ops", port: 2222 });
    jump = await sandbox.addHost({ name: "jump-1", user: "ops", port: 22 });
    agent = await startKeyAgent(folder, sandbox.privateKeyFile);
  });
  afterAll(async () => {
    await agent?.close();
    await sandbox?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The address the engine's host sees a connection come from, and how the connection ended. */
  async function seen(hostKey: string, jumpKey?: string) {
    const { name, address, user, port } = engine;
    const through = jumpKey !== undefined && {
      jumpHost: { address: jump.address, user: jump.user, port: 22, hostKey: jumpKey, insecureIgnoreHostKey: false },
    };
    const host = sshHost({ name, address, user, port, hostKey, insecureIgnoreHostKey: false, ...through });
    const { sshOpts = [] } = dockerConnection(host) ?? {};
    const command = ["ssh", "-F", "none", ...sshOpts, "-l", user, "-p", `${port}`, "--", address];
    const env = { ...process.env, SSH_AUTH_SOCK: agent.socket };
    const { code, stdout, stderr } = await runCommand([...command, "echo $SSH_CONNECTION"], { env });
    return { code, from: stdout.split(" ")[0], stderr };
  }
  const refused = /No ED25519 host key is known|Host key verification failed/;

  it("reaches the machine with the pinned key, on a custom port", async () => {
    expect(await seen(engine.hostKey)).toMatchObject({ code: 0, from: sandbox.subnet.machine });
  });

  it("rejects any other machine", async () => {
    expect(await seen(jump.hostKey)).toMatchObject({ code: 255, stderr: expect.stringMatching(refused) });
  });

  it("goes through a jump host with its own pinned key", async () => {
    expect(await seen(engine.hostKey, jump.hostKey)).toMatchObject({ code: 0, from: jump.address });
  });

  it.each([
    ["the jump host has another key", (): [string, string] => [engine.hostKey, engine.hostKey]],
    ["the host behind it has another key", (): [string, string] => [jump.hostKey, jump.hostKey]],
  ])("connects to nothing when %s", async (_, keys) => {
    expect(await seen(...keys())).toMatchObject({ code: 255, stderr: expect.stringMatching(refused) });
  });
});
