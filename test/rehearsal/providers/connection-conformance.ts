import { expect, it } from "vitest";
import type { ScratchEngine } from "./scratch-engine.ts";
import { freePort, startSshd } from "./ssh-server.ts";
import { useHost } from "./test-host.ts";

/** How the command provider connects, and its errors when it cannot. */
export function connectionConforms(engine: () => ScratchEngine, sshdRoot: string): void {
  const host = useHost(sshdRoot);

  it("deletes with the connection in the state, so a dead host fails forever", async () => {
    const stack = await engine().stack();
    const other = await startSshd(sshdRoot);
    const at = {
      host: "127.0.0.1",
      port: other.port,
      user: "root",
      privateKey: other.privateKey,
      hostKey: other.hostKey,
    };
    await stack.up(host.remote({ connection: { ...at, dialErrorLimit: 1 }, create: "true", delete: "true" }));
    await other.stop();

    const run = await stack.up(async () => undefined);

    expect(run.error).toMatch(/after 1 failed attempts: dial tcp 127\.0\.0\.1:\d+: connect: connection refused/);
    expect((await stack.state()).resource("script")).toBeDefined();
  });

  it("rejects another host key than the pinned one, and verifies nothing without a pin", async () => {
    const stack = await engine().stack();
    const other = await startSshd(sshdRoot);
    await other.stop();

    const wrong = await stack.up(
      host.remote({ connection: host.connection({ hostKey: other.hostKey }), create: `echo ran >> ${host.notes()}` }),
    );
    const { hostKey, ...unpinned } = host.connection();
    expect(hostKey).toBeDefined();
    const none = await stack.up(host.remote({ connection: unpinned, create: `echo ran >> ${host.notes()}` }));

    expect(wrong.error).toContain("host key mismatch");
    expect(none.error).toBeUndefined();
    expect(await host.noted()).toEqual(["ran"]);
  });

  it("reports a key that is not accepted, a port that nothing listens on, and an invalid key", async () => {
    const stack = await engine().stack();
    const stranger = await startSshd(sshdRoot);
    await stranger.stop();

    const denied = await stack.up(
      host.remote({ connection: host.connection({ privateKey: stranger.privateKey }), create: "true" }),
    );
    const deaf = await stack.up(
      host.remote({ connection: host.connection({ port: await freePort() }), create: "true" }),
    );
    const garbled = await stack.up(
      host.remote({ connection: host.connection({ privateKey: "canary-key" }), create: "true" }),
    );

    expect(denied.error).toContain("ssh: unable to authenticate, attempted methods [none publickey]");
    expect(deaf.error).toContain("connect: connection refused");
    expect(garbled.error).toContain("ssh: no key found");
    expect(garbled.error).not.toContain("canary-key");
  });

  it("passes environment variables that sshd accepts, and fails on others", async () => {
    const stack = await engine().stack();

    const accepted = await stack.up(host.remote({ create: 'echo "$GREETING"', environment: { GREETING: "good day" } }));
    const refused = await stack.up(host.remote({ create: "true", environment: { OTHER: "x" } }));

    expect(accepted.outputs["stdout"]?.value).toBe("good day");
    expect(refused.error).toContain('could not set environment variable "OTHER"');
  });

  it("reaches a host through a jump host, each with its own pin and key", async () => {
    const stack = await engine().stack();
    const jump = await startSshd(sshdRoot);
    const proxy = {
      host: "127.0.0.1",
      port: jump.port,
      user: "root",
      privateKey: jump.privateKey,
      hostKey: jump.hostKey,
    };
    const through = (args: object) =>
      host.remote({
        connection: host.connection({ proxy: { ...proxy, dialErrorLimit: 1, ...args } }),
        create: "echo arrived",
      });

    const arrived = await stack.up(through({}));
    const wrongPin = await stack.up(through({ hostKey: host.server().hostKey }));
    await jump.stop();

    expect(arrived.error).toBeUndefined();
    expect(arrived.outputs["stdout"]?.value).toBe("arrived");
    expect(wrongPin.error).toMatch(/proxy: .*host key mismatch/);
  });

  it("rejects an invalid connection without quoting it", async () => {
    const stack = await engine().stack();

    const run = await stack.up(
      host.remote({ connection: { ...host.connection(), passphrase: "canary-value" } as never, create: "true" }),
    );

    expect(run.error).toMatch(/passphrase/);
  });
}
