import { Container, Network, Provider, RemoteImage, Volume, type ContainerArgs } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DockerEngine } from "../../../rehearsal/docker/docker-engine.ts";
import { isEncrypted, type Run, type ScratchEngine, type ScratchStack } from "./scratch-engine.ts";

/** An image that the engine has, whose containers end on SIGTERM, and that no registry has. */
export const testImage = "rehearsal/sleeper:1";

const healthcheck = { tests: ["CMD", "true"], interval: "1s", timeout: "5s", retries: 3 };

/** How the same engine is reached over SSH. */
export interface SshEndpoint {
  /** `ssh://ops@198.18.0.2:22` */
  readonly host: string;
  /** `ssh-ed25519 AAAA...` */
  readonly hostKey: string;
  readonly keyFile: string;
}

/** Behaviour of the docker provider on an engine. `docker` is the engine's own client. */
export function dockerEngineConforms(
  engine: () => ScratchEngine,
  docker: () => DockerEngine,
  endpoint: () => SshEndpoint,
): void {
  const provider = () => new Provider("engine", { host: `unix://${docker().socket}` });
  const program =
    (more: Partial<ContainerArgs> = {}) =>
    async () => {
      const own = { provider: provider() };
      const network = new Network("network", { name: "rancher", driver: "bridge" }, own);
      const volume = new Volume("volume", { name: "rancher-data" }, own);
      const image = new RemoteImage("image", { name: testImage, keepLocally: true }, own);
      const args = {
        name: "rancher",
        image: image.name,
        command: ["sleep", "600"],
        envs: ["LEVEL=1", pulumi.interpolate`PASSWORD=${pulumi.secret("a secret word")}`],
        networkMode: network.name,
        volumes: [
          { volumeName: volume.name, containerPath: "/data" },
          { hostPath: "/etc/resolv.conf", containerPath: "/run/resolv.conf", readOnly: true },
        ],
        mounts: [{ type: "volume", source: "rancher-data", target: "/mounted" }],
        ports: [{ internal: 443, external: 60443, ip: "127.0.0.1" }],
        labels: [{ label: "rancher.version", value: "2.15.2" }],
        uploads: [{ file: "/etc/ca.pem", content: "a certificate\n", permissions: "0644" }],
        logDriver: "json-file",
        logOpts: { "max-size": "10m" },
        restart: "unless-stopped",
        healthcheck,
        wait: true,
        waitTimeout: 30,
        ...more,
      };
      const container = new Container("container", args, own);
      return { id: container.id, imageId: image.imageId, mountpoint: volume.mountpoint };
    };
  const inspect = (format: string): Promise<string> => docker().mustDocker("inspect", "--format", format, "rancher");
  const ok = (run: Run): Run => {
    expect(run.error).toBeUndefined();
    return run;
  };
  /** A stack for the tests beside it, each of which begins where the previous one ended. */
  const useStack = (): (() => ScratchStack) => {
    let stack: ScratchStack;
    beforeAll(async () => {
      stack = await engine().stack();
    });
    afterAll(async () => {
      ok(await stack.destroy());
      expect(await docker().mustDocker("ps", "--all", "--quiet")).toBe("");
    });
    return () => stack;
  };

  describe("a container's life", () => {
    const stack = useStack();
    let changed: Partial<ContainerArgs> = {};

    it("creates what is requested, finds no difference afterwards, and keeps secrets", async () => {
      const first = ok(await stack().up(program()));
      const started = await inspect("{{.Id}} {{.State.StartedAt}}");
      const state = await stack().state();
      const refreshed = ok(await stack().refresh());
      const second = ok(await stack().preview(program()));

      expect(first.outputs["id"]?.value).toBe(started.split(" ")[0]);
      const all = ["network", "volume", "image", "container"];
      expect(all.map((name) => refreshed.operation(name))).toEqual(Array(4).fill("refresh"));
      expect(all.map((name) => second.operation(name))).toEqual(Array(4).fill("same"));
      expect(await inspect("{{.Id}} {{.State.StartedAt}}")).toBe(started);
      expect(state.text).not.toContain("a secret word");
      expect(isEncrypted(state.resource("container")?.outputs["envs"])).toBe(true);
      expect(state.resource("container")?.outputs).toMatchObject({
        command: ["sleep", "600"],
        healthcheck: { interval: "1s", retries: 3, tests: ["CMD", "true"] },
        logDriver: "json-file",
        memory: 0,
        networkMode: "rancher",
        ports: [{ external: 60443, internal: 443, ip: "127.0.0.1", protocol: "tcp" }],
        restart: "unless-stopped",
        shmSize: 64,
        volumes: [
          { containerPath: "/data", volumeName: "rancher-data" },
          { containerPath: "/run/resolv.conf", hostPath: "/etc/resolv.conf", readOnly: true },
        ],
      });
      expect(await docker().mustDocker("exec", "rancher", "cat", "/run/resolv.conf")).toContain("nameserver ");
      expect(await docker().mustDocker("exec", "rancher", "cat", "/etc/ca.pem")).toBe("a certificate");
      expect(await docker().mustDocker("port", "rancher")).toBe("443/tcp -> 127.0.0.1:60443");
    });

    it("ignores another healthcheck or mount, and leaves the container unchanged", async () => {
      const before = await inspect("{{.Id}} {{json .Config.Healthcheck}} {{json .HostConfig.Mounts}}");
      changed = {
        mounts: [{ type: "volume", source: "rancher-data", target: "/elsewhere" }],
        healthcheck: { ...healthcheck, interval: "2s" },
      };

      const run = ok(await stack().up(program(changed)));

      expect(run.operation("container")).toBe("update");
      expect(await inspect("{{.Id}} {{json .Config.Healthcheck}} {{json .HostConfig.Mounts}}")).toBe(before);
    });

    it("changes limits in place", async () => {
      const before = await inspect("{{.Id}}");
      changed = { ...changed, memory: 128, memorySwap: 128, restart: "no" };

      const limited = ok(await stack().up(program(changed)));

      expect(limited.operation("container")).toBe("update");
      expect(await inspect("{{.Id}} {{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}")).toBe(
        `${before} ${128 * 1024 * 1024} no`,
      );
    });

    it("detects only by a refresh that a container has ended, and would then recreate one with ports", async () => {
      await docker().mustDocker("stop", "--time", "0", "rancher");

      const unaware = ok(await stack().preview(program(changed)));
      ok(await stack().refresh());
      const aware = ok(await stack().preview(program(changed)));

      expect(unaware.operation("container")).toBe("same");
      expect(aware.operation("container")).toBe("create-replacement");
    });

    it("replaces a container for nearly every change, the old one first, and gives the reason", async () => {
      const before = await inspect("{{.Id}}");
      changed = { labels: [{ label: "rancher.version", value: "2.15.3" }], command: ["sleep", "601"], ports: [] };

      const run = ok(await stack().up(program(changed)));

      expect(detailsOf(run, "container")).toMatchObject({
        "command[1]": "update-replace",
        "labels[0].value": "update-replace",
      });
      expect(stepsOf(run, "container")).toEqual(["delete-replaced", "replace", "create-replacement"]);
      expect(await inspect("{{.Id}}")).not.toBe(before);
    });

    it("restarts a container without ports that has ended", async () => {
      const before = await inspect("{{.Id}}");
      await docker().mustDocker("stop", "--time", "0", "rancher");
      ok(await stack().refresh());

      const run = ok(await stack().up(program(changed)));

      expect(run.operation("container")).toBe("update");
      expect(await inspect("{{.Id}} {{.State.Running}}")).toBe(`${before} true`);
    });
  });

  describe("a container that cannot be created", () => {
    const stack = useStack();

    it("is rejected if its name is in use", async () => {
      await docker().mustDocker("create", "--name", "rancher", testImage, "sleep", "600");

      const run = await stack().up(program());

      expect(run.error).toMatch(
        /Unable to create container: Error response from daemon: Conflict\. The container name "\/rancher" is already in use/,
      );
      await docker().mustDocker("rm", "rancher");
    });

    it("is given up if it stays unhealthy, is left, and is accepted at the next run", async () => {
      const sick = { healthcheck: { ...healthcheck, tests: ["CMD", "false"] }, waitTimeout: 3 };

      const first = await stack().up(program(sick));
      const left = await inspect("{{.Id}} {{.State.Running}}");
      const second = ok(await stack().up(program(sick)));

      expect(first.error).toMatch(/container failed to be in healthy state/);
      expect(left).toMatch(/true$/);
      expect(second.operation("container")).toBe("update");
      expect(await inspect("{{.Id}} {{.State.Running}}")).toBe(left);
    });
  });

  describe("an engine over SSH", () => {
    const stack = useStack();

    it("is reached if the host has the pinned key", async () => {
      const through = (key: string) => async () => {
        const pinned = [`KnownHostsCommand=/bin/echo %H ${key}`, "StrictHostKeyChecking=yes", "BatchMode=yes"];
        const files = [
          "UserKnownHostsFile=/dev/null",
          "GlobalKnownHostsFile=/dev/null",
          `IdentityFile=${endpoint().keyFile}`,
        ];
        const sshOpts = [...pinned, ...files].flatMap((option) => ["-o", option]);
        const own = { provider: new Provider("engine", { host: endpoint().host, sshOpts }) };
        return { mountpoint: new Volume("volume", { name: "over-ssh" }, own).mountpoint };
      };
      const otherKey = endpoint().hostKey.replace(/.{8}$/, "AAAAAAAA");

      const refused = await stack().up(through(otherKey));
      const run = ok(await stack().up(through(endpoint().hostKey)));

      expect(refused.error).toMatch(/Error pinging Docker server.*Host key verification failed/s);
      expect(run.outputs["mountpoint"]?.value).toMatch(/\/volumes\/over-ssh\/_data$/);
      expect(await docker().mustDocker("volume", "ls", "--quiet")).toContain("over-ssh");
    });
  });
}

/** Paths and kinds of a resource's detailed difference in a preview. */
function detailsOf(run: Run, name: string): Record<string, string> {
  const step = run.events.findLast(
    ({ resourcePreEvent }) =>
      resourcePreEvent?.metadata.urn.endsWith(`::${name}`) === true && resourcePreEvent.metadata.detailedDiff,
  );
  const details = step?.resourcePreEvent?.metadata.detailedDiff ?? {};
  return Object.fromEntries(Object.entries(details).map(([path, { diffKind }]) => [path, diffKind]));
}

/** Operations on a resource, in order. */
function stepsOf(run: Run, name: string): string[] {
  return run.events.flatMap(({ resourcePreEvent }) =>
    resourcePreEvent?.metadata.urn.endsWith(`::${name}`) === true ? [resourcePreEvent.metadata.op] : [],
  );
}
