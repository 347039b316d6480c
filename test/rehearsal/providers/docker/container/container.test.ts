import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dockerPlugin } from "../../../../../rehearsal/providers/docker/docker-plugin.ts";
import { NotReady } from "../../../../../rehearsal/providers/protocol/plugin.ts";
import { startFakeEngine, type FakeEngine } from "../fake-engine.ts";
import { Playing, told, type Fake } from "../playing.ts";

const image = "rancher/rancher:v2.15.2@sha256:aaaa";
const healthcheck = { tests: ["CMD", "true"], interval: "5s", timeout: "5s", startPeriod: "10m0s", retries: 6 };
const inputs = {
  name: "rancher",
  image,
  privileged: true,
  restart: "unless-stopped",
  envs: ["CATTLE_BOOTSTRAP_PASSWORD=secret", "AUDIT_LEVEL=1"],
  networkMode: "rancher",
  volumes: [{ volumeName: "rancher-data", containerPath: "/var/lib/rancher" }],
  ports: [{ internal: 443, external: 60443, ip: "127.0.0.1" }],
  labels: [{ label: "rancher.version", value: "2.15.2" }],
  logDriver: "json-file",
  logOpts: { "max-size": "10m" },
  healthcheck,
  wait: true,
  waitTimeout: 5,
  destroyGraceSeconds: 60,
};

describe("docker.Container of the fake", () => {
  let engine: FakeEngine;
  let playing: Playing;
  let made: Fake | undefined;
  beforeEach(async () => {
    engine = await startFakeEngine();
    engine.images.set(image, "sha256:1111");
    const plugin = dockerPlugin("5.2.0");
    await plugin.configure?.(new Map([["host", engine.host]]), () => undefined);
    playing = new Playing(plugin, "docker:index/container:Container");
    made = undefined;
  });
  afterEach(() => engine.close());
  const create = async (more: object = {}): Promise<Fake> => (made = await playing.create({ ...inputs, ...more }));
  const changed = async (more: object): Promise<string[]> => told(await playing.diff(made!, { ...inputs, ...more }));

  it("sends the program's inputs to the engine, and leaves the rest to the engine's defaults", async () => {
    await create();

    expect(engine.containers[0]?.asked).toEqual({
      Image: image,
      Env: ["AUDIT_LEVEL=1", "CATTLE_BOOTSTRAP_PASSWORD=secret"],
      ExposedPorts: { "443/tcp": {} },
      Volumes: { "/var/lib/rancher": {} },
      Labels: { "rancher.version": "2.15.2" },
      Healthcheck: { Test: ["CMD", "true"], Interval: 5e9, Timeout: 5e9, StartPeriod: 600e9, Retries: 6 },
      HostConfig: {
        Privileged: true,
        RestartPolicy: { Name: "unless-stopped", MaximumRetryCount: 0 },
        Mounts: [],
        LogConfig: { Type: "json-file", Config: { "max-size": "10m" } },
        NetworkMode: "rancher",
        Init: false,
        Binds: ["rancher-data:/var/lib/rancher:rw"],
        PortBindings: { "443/tcp": [{ HostIp: "127.0.0.1", HostPort: "60443" }] },
      },
      NetworkingConfig: {},
    });
    expect(made?.outputs).toMatchObject({
      name: "rancher",
      image,
      networkMode: "rancher",
      shmSize: 64,
      restart: "unless-stopped",
    });
  });

  it("finds no difference in the same program, before and after a refresh", async () => {
    await create();

    expect(await changed({})).toEqual([]);
    made = await playing.refresh(made!);
    expect(await changed({})).toEqual([]);
  });

  it("does not pull an image that exists", async () => {
    await create();

    expect(engine.requests.filter((request) => request.startsWith("POST /images"))).toEqual([]);
  });

  it.each<[string, object, string[]]>([
    ["another image", { image: "rancher/rancher:v2.15.3" }, ["update image!"]],
    [
      "another variable",
      { envs: ["CATTLE_BOOTSTRAP_PASSWORD=secret", "AUDIT_LEVEL=2"] },
      ["add envs[1]!", "delete envs[0]!"],
    ],
    ["another port", { ports: [{ internal: 443, external: 61443, ip: "127.0.0.1" }] }, ["update ports[0].external!"]],
    ["another label", { labels: [{ label: "rancher.version", value: "2.15.3" }] }, ["update labels[0].value!"]],
    ["another network", { networkMode: "bridge" }, ["update networkMode!"]],
    ["an argument", { command: ["--no-cacerts"] }, ["update command[0]!"]],
    ["log options", { logOpts: { "max-size": "20m" } }, ["update logOpts.max-size!"]],
  ])("replaces it for %s, and gives the reason", async (_what, more, expected) => {
    await create();

    const difference = await playing.diff(made!, { ...inputs, ...more });

    expect(told(difference)).toEqual(expected);
    expect(difference.deleteBeforeReplace).toBe(true);
  });

  it.each<[string, object, string[]]>([
    ["the restart policy", { restart: "no" }, ["update restart"]],
    ["the memory limit", { memory: 2048 }, ["update memory"]],
    ["the healthcheck", { healthcheck: { ...healthcheck, retries: 3 } }, ["update healthcheck.retries"]],
    ["the wait timeout", { waitTimeout: 6 }, ["update waitTimeout"]],
  ])("changes %s in place", async (_what, more, expected) => {
    await create();

    expect(await changed(more)).toEqual(expected);
  });

  it("ignores another healthcheck, and calls nothing on the engine", async () => {
    await create();
    const before = engine.requests.length;

    made = await playing.update(made!, { ...inputs, healthcheck: { ...healthcheck, retries: 3 } });

    expect(engine.requests.slice(before)).toEqual([]);
    expect(made.outputs["healthcheck"]).toMatchObject({ retries: 3 });
  });

  it("treats a mount's new content as a change in place, which does nothing", async () => {
    const mounts = (target: string) => ({ mounts: [{ type: "volume", source: "rancher-data", target }] });
    await create(mounts("/var/lib/rancher"));

    const difference = await playing.diff(made!, { ...inputs, ...mounts("/data") });

    expect(difference.replaces).toEqual([]);
    expect(difference.changes.size).toBeGreaterThan(0);
  });

  it("reports once, at the next run, the swap that the engine adds to a memory limit", async () => {
    await create({ memory: 1024 });

    expect(await changed({ memory: 1024 })).toEqual(["delete memorySwap"]);
    made = await playing.update(made!, { ...inputs, memory: 1024 });
    expect(await changed({ memory: 1024 })).toEqual([]);
  });

  it("reports at a refresh, not before, that the engine has other names for capabilities", async () => {
    const capabilities = { adds: ["NET_ADMIN"] };
    await create({ capabilities });

    expect(await changed({ capabilities })).toEqual([]);
    made = await playing.refresh(made!);
    expect(await changed({ capabilities })).toEqual(["update capabilities.adds[0]!"]);
  });

  it("reports durations that are not in Go's notation at the next run", async () => {
    await create({ healthcheck: { ...healthcheck, interval: "60s" } });

    expect(await changed({ healthcheck: { ...healthcheck, interval: "60s" } })).toEqual([
      "update healthcheck.interval",
    ]);
  });

  it("rejects a name that is in use, and leaves its holder alone", async () => {
    await create();

    await expect(playing.create(inputs)).rejects.toThrow(
      /^1 error occurred:\n\t\* Unable to create container: Error response from daemon: Conflict\. The container name "\/rancher" is already in use by container "[0-9a-f]{64}"/,
    );
    expect(engine.containers).toHaveLength(1);
  });

  it("gives up on a container that is not healthy in time, and leaves it", async () => {
    engine.health = "unhealthy";

    const error: unknown = await create({ waitTimeout: 1 }).catch((failure: unknown) => failure);

    expect(error).toBeInstanceOf(NotReady);
    expect((error as NotReady).message).toMatch(/^creating urn:.*\* container failed to be in healthy state\n\n$/s);
    expect((error as NotReady).id).toBe(engine.containers[0]?.id);
    expect((error as NotReady).outputs).toMatchObject({ name: "rancher", image });
    expect(engine.containers[0]?.running).toBe(true);
  });

  it("accepts such a container at the next run", async () => {
    engine.health = "unhealthy";
    const failed = (await create({ waitTimeout: 1 }).catch((failure: unknown) => failure)) as NotReady;
    const { inputs: checked } = await playing.resource.check(playing.request(), {}, { ...inputs, waitTimeout: 1 });
    made = { id: failed.id, inputs: checked, outputs: failed.outputs };

    expect(await changed({ waitTimeout: 1 })).toEqual([]);
    await expect(playing.update(made, { ...inputs, waitTimeout: 1 })).resolves.toBeDefined();
  });

  it("refuses to wait without a healthcheck", async () => {
    const { healthcheck: _, ...others } = inputs;

    await expect(playing.create(others)).rejects.toThrow(/does not have a healthcheck defined/);
  });

  it("detects a stopped container at a refresh, and starts it at the next run", async () => {
    await create({ ports: [] });
    engine.containers[0]!.running = false;

    made = await playing.refresh(made!);

    expect(made?.outputs).toMatchObject({ mustRun: false, exitCode: 137 });
    expect(await changed({ ports: [] })).toEqual(["update mustRun"]);
    await playing.update(made!, { ...inputs, ports: [] });
    expect(engine.containers[0]?.running).toBe(true);
  });

  it("replaces it instead if it publishes ports, because a stopped one has none", async () => {
    await create();
    engine.containers[0]!.running = false;

    made = await playing.refresh(made!);

    expect(await changed({})).toEqual(["add ports!", "update mustRun"]);
  });

  it("detects at a refresh that it is gone", async () => {
    await create();
    await playing.resource.delete(playing.request(), made!.id, made!.outputs);

    expect(await playing.refresh(made!)).toBeUndefined();
    expect(engine.requests).toContain(`POST /containers/${made!.id}/stop?t=60`);
  });

  it("kills it immediately without a stop timeout", async () => {
    await create({ destroyGraceSeconds: undefined });
    await playing.resource.delete(playing.request(), made!.id, made!.outputs);

    expect(engine.requests).toContain(`POST /containers/${made!.id}/stop?t=0`);
    expect(engine.requests).toContain(`DELETE /containers/${made!.id}?v=1&force=1`);
  });

  it("copies files into it before it starts", async () => {
    await create({
      uploads: [{ file: "/etc/rancher/ssl/cacerts.pem", content: "a certificate", permissions: "0644" }],
    });

    const [archive] = engine.containers[0]!.files;
    expect(archive?.subarray(0, 28).toString()).toBe("/etc/rancher/ssl/cacerts.pem");
    expect(archive?.subarray(512, 525).toString()).toBe("a certificate");
    const steps = engine.requests.map((request) => request.replace(made!.id, "ID"));
    expect(steps.indexOf("PUT /containers/ID/archive?path=%2F")).toBeLessThan(
      steps.indexOf("POST /containers/ID/start"),
    );
  });

  it("rejects options that an engine of this age does not support, like Docker's own client", async () => {
    await expect(create({ healthcheck: { ...healthcheck, startInterval: "1s" } })).rejects.toThrow(
      /"specify health-check start interval" requires API version 1\.44, but the Docker daemon API version is 1\.41/,
    );
  });

  it("rejects what it does not support", async () => {
    await expect(create({ gpus: "all" })).rejects.toThrow(/gpus is not supported by the fake docker provider/);
  });

  it("previews the engine's choices as unknown", async () => {
    const { inputs: checked } = await playing.resource.check(playing.request(), {}, inputs);

    const { id, outputs } = await playing.resource.create(playing.request(true), checked);

    expect(id).toBe("");
    expect(outputs).toMatchObject({ image, restart: "unless-stopped" });
    expect(typeof outputs["hostname"]).toBe("symbol");
    expect(engine.containers).toEqual([]);
  });
});
