import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { terraformBridgedType } from "../../../../rehearsal/providers/docker/terraform-bridge/bridged-type.ts";
import { EngineClient } from "../../../../rehearsal/providers/docker/engine/engine-client.ts";
import { networkType } from "../../../../rehearsal/providers/docker/network.ts";
import { remoteImageType, repoDigest } from "../../../../rehearsal/providers/docker/remote-image.ts";
import { volumeType } from "../../../../rehearsal/providers/docker/volume.ts";
import type { ResourceType } from "../../../../rehearsal/providers/protocol/plugin.ts";
import { startFakeEngine, type FakeEngine } from "./fake-engine.ts";
import { Playing, told } from "./playing.ts";

const timeout = { firstMs: 1, betweenMs: 5, limitMs: 20 };

let engine: FakeEngine;
let client: EngineClient;
beforeEach(async () => {
  engine = await startFakeEngine();
  client = new EngineClient(engine.host, []);
});
afterEach(() => engine.close());

const playing = (type: ResourceType): Playing => new Playing({ version: "0", resource: () => type }, "docker:a:A");

describe("docker.Network of the fake", () => {
  const network = () => playing(terraformBridgedType(networkType(async () => client, timeout)));

  it("is created, found unchanged, and deleted", async () => {
    const made = await network().create({ name: "rancher", driver: "bridge" });

    expect(made.outputs).toMatchObject({ name: "rancher", driver: "bridge", scope: "local", ipamDriver: "default" });
    expect(told(await network().diff(made, { name: "rancher", driver: "bridge" }))).toEqual([]);
    expect(told(await network().diff((await network().refresh(made))!, { name: "rancher", driver: "bridge" }))).toEqual(
      [],
    );
    await network().resource.delete(network().request(), made.id, made.outputs);
    expect(engine.networks.size).toBe(0);
  });

  it("rejects a name that is in use, even if the engine would not", async () => {
    await network().create({ name: "rancher" });

    await expect(network().create({ name: "rancher" })).rejects.toThrow(
      /Unable to create network: Error response from daemon: network with name rancher already exists/,
    );
  });

  it("is deleted before its replacement if the program names it, and after it otherwise", async () => {
    const named = await network().create({ name: "rancher" });
    const unnamed = await network().create({});

    const difference = await network().diff(named, { name: "rancher", internal: true });

    expect(told(difference)).toEqual(["update internal!"]);
    expect(difference.deleteBeforeReplace).toBe(true);
    expect(unnamed.outputs["name"]).toMatch(/^thing-[0-9a-f]{7}$/);
    expect((await network().diff(unnamed, { internal: true })).deleteBeforeReplace).toBe(false);
    expect(told(await network().diff(unnamed, {}))).toEqual([]);
  });

  it("is not deleted while a container uses it", async () => {
    const made = await network().create({ name: "rancher" });
    engine.networks.get("rancher")!.inUse = true;

    await expect(network().resource.delete(network().request(), made.id, made.outputs)).rejects.toThrow(
      /timeout while waiting for state to become 'removed' \(last state: 'pending', timeout: 0\.02s\)/,
    );
  });
});

describe("docker.Volume of the fake", () => {
  const volume = () => playing(terraformBridgedType(volumeType(async () => client, timeout)));

  it("adopts an existing one of that name", async () => {
    engine.volumes.add("rancher-data");

    const made = await volume().create({ name: "rancher-data" });

    expect(made.id).toBe("rancher-data");
    expect(made.outputs["mountpoint"]).toBe("/var/lib/docker/volumes/rancher-data/_data");
    expect(told(await volume().diff(made, { name: "rancher-data" }))).toEqual([]);
  });

  it("is not deleted while a container uses it", async () => {
    const made = await volume().create({ name: "rancher-data" });
    const body = { Image: "x", HostConfig: { Binds: ["rancher-data:/data:rw"] } };
    await client.ask("POST", "/containers/create", { query: { name: "rancher" }, body });

    await expect(volume().resource.delete(volume().request(), made.id, made.outputs)).rejects.toThrow(
      /last state: 'in_use'/,
    );
    expect(engine.volumes).toEqual(new Set(["rancher-data"]));
  });

  it("detects at a refresh that it is gone", async () => {
    const made = await volume().create({ name: "rancher-data" });
    engine.volumes.clear();

    expect(await volume().refresh(made)).toBeUndefined();
  });
});

describe("docker.RemoteImage of the fake", () => {
  const image = () => playing(terraformBridgedType(remoteImageType(async () => client)));
  const name = "rancher/rancher:v2.15.2";

  it("uses a local image without a pull, and outputs its id", async () => {
    engine.images.set(name, "sha256:1111");

    const made = await image().create({ name, keepLocally: true });

    expect(made.id).toBe(`sha256:1111${name}`);
    expect(made.outputs).toMatchObject({ imageId: "sha256:1111", name, keepLocally: true });
    expect(engine.requests.filter((request) => request.startsWith("POST"))).toEqual([]);
    expect(told(await image().diff(made, { name, keepLocally: true }))).toEqual([]);
  });

  it("detects at a refresh that the name refers to another image, which is not a difference", async () => {
    engine.images.set(name, "sha256:1111");
    const made = await image().create({ name });
    engine.images.set(name, "sha256:2222");

    const refreshed = await image().refresh(made);

    expect([refreshed?.id, refreshed?.outputs["imageId"]]).toEqual([`sha256:2222${name}`, "sha256:2222"]);
    expect(told(await image().diff(refreshed!, { name }))).toEqual([]);
  });

  it("pulls what the engine does not have, and reports why it cannot", async () => {
    await expect(image().create({ name })).rejects.toThrow(
      /Unable to read Docker image into resource: unable to pull image rancher\/rancher:v2\.15\.2: error pulling image rancher\/rancher:v2\.15\.2: Error response from daemon: pull access denied for docker\.io\/rancher\/rancher/,
    );
    expect(engine.requests).toContain("POST /images/create?fromImage=docker.io%2Francher%2Francher&tag=v2.15.2");
  });

  it("stays if the program says so, and is deleted otherwise", async () => {
    engine.images.set(name, "sha256:1111");
    const kept = await image().create({ name, keepLocally: true });
    const other = await image().create({ name });

    await image().resource.delete(image().request(), kept.id, kept.outputs);
    expect([...engine.images.keys()]).toEqual([name]);
    await image().resource.delete(image().request(), other.id, other.outputs);
    expect([...engine.images.keys()]).toEqual([]);
  });

  it("picks the right one of several digests", () => {
    const digests = ["127.0.0.1:5000/rancher@sha256:aaaa", "rancher/rancher@sha256:bbbb"];

    expect(repoDigest("rancher/rancher:v2.15.2", digests)).toBe("rancher/rancher@sha256:bbbb");
    expect(repoDigest("rancher/rancher:v2.15.2", [])).toBe("");
  });
});
