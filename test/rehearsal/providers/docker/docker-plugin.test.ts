import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dockerPlugin } from "../../../../rehearsal/providers/docker/docker-plugin.ts";
import { startFakeEngine, type FakeEngine } from "./fake-engine.ts";
import { Playing } from "./playing.ts";

describe("the fake docker provider", () => {
  let engine: FakeEngine;
  beforeEach(async () => void (engine = await startFakeEngine()));
  afterEach(() => engine.close());
  const configured = async (settings: { readonly [setting: string]: string }) => {
    const plugin = dockerPlugin("5.2.0");
    await plugin.configure?.(new Map(Object.entries(settings)), () => undefined);
    return plugin;
  };

  it("connects to the engine immediately", async () => {
    await configured({ host: engine.host });

    expect(engine.requests).toEqual(["HEAD /_ping"]);
    await expect(configured({ host: "unix:///nonexistent" })).rejects.toThrow(/failed to connect to any docker daemon/);
  });

  it("connects even if checks are disabled, because the older half of the genuine one ignores that", async () => {
    await expect(configured({ host: "unix:///nonexistent", disableDockerDaemonCheck: "true" })).rejects.toThrow(
      /failed to connect to any docker daemon/,
    );
  });

  it("does not connect to an engine behind SSH until a resource needs it, so that a preview does not", async () => {
    const plugin = await configured({ host: "ssh://ops@127.0.0.1:1", sshOpts: '["-o","BatchMode=yes"]' });
    const playing = new Playing(plugin, "docker:index/volume:Volume");

    await expect(playing.resource.create(playing.request(true), { name: "data" })).resolves.toBeDefined();
    await expect(playing.create({ name: "data" })).rejects.toThrow(
      /failed to create Docker client: Error pinging Docker server, please make sure that ssh:\/\/ops@127\.0\.0\.1:1 is reachable .* Error: error during connect: Head "http:\/\/docker\.example\.com\/_ping": command \[ssh -l ops -p 1 -o BatchMode=yes -o ConnectTimeout=30 -T -- 127\.0\.0\.1 docker system dial-stdio\] has exited with exit status 255, make sure the URL is valid, and Docker 18\.09 or later is installed on the remote host: stderr=.*refused/s,
    );
  });

  it("declares that it accepts no secrets, so that the engine restores them", async () => {
    expect((await configured({ host: engine.host })).acceptsSecrets).toBe(false);
  });

  it("rejects unsupported settings, lest it work on another engine", async () => {
    await expect(configured({ host: engine.host, context: "remote" })).rejects.toThrow(
      /the setting context is not supported/,
    );
  });

  it("rejects unsupported types", async () => {
    const plugin = await configured({ host: engine.host });

    expect(() => plugin.resource("docker:index/image:Image")).toThrow(
      /Image is not supported by the fake docker provider/,
    );
  });
});
