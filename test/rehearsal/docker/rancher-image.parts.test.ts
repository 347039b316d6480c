import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { putImage } from "../../../rehearsal/docker/container-image.ts";
import type { Fault } from "../../../rehearsal/docker/rancher-image/faults.ts";
import { rancherImage } from "../../../rehearsal/docker/rancher-image.ts";
import { clearLeftovers } from "../../../rehearsal/sandbox/leftovers.ts";
import { makeDockerTestMachine, type DockerTestMachine } from "../support/single-node/docker-test-machine.ts";

const made = await makeDockerTestMachine();
if ("refused" in made) console.warn(`A fake Rancher is not tested in a Docker engine here: ${made.refused}`);

const older = "rancher/rancher:v2.14.3";
const newer = "rancher/rancher:v2.15.2";
const invalid = (fault: Fault) => `${newer}-${fault}`;

describe.skipIf("refused" in made)("a fake Rancher in a Docker engine", () => {
  const machine = made as DockerTestMachine;
  const docker = machine.engine;
  beforeAll(async () => {
    const startSeconds = 0.5;
    await putImage(docker, older, await rancherImage({ version: "2.14.3", startSeconds }));
    await putImage(docker, newer, await rancherImage({ version: "2.15.2", startSeconds }));
    for (const fault of ["unhealthy", "crashing", "fails-when-served"] as const) {
      await putImage(docker, invalid(fault), await rancherImage({ version: "2.15.2", fault, startSeconds }));
    }
    await docker.mustDocker("network", "create", "rancher");
    await docker.mustDocker("network", "create", "trial");
  });
  afterAll(async () => {
    await machine.close();
    await clearLeftovers();
  });
  afterEach(async () => {
    await docker.docker("rm", "--force", "--volumes", "rancher");
  });

  const start = (image: string, ...options: string[]) => {
    const common = ["run", "--detach", "--name", "rancher", "--privileged", "--volume", "data:/var/lib/rancher"];
    return docker.mustDocker(...common, ...options, image, "--no-cacerts");
  };
  const answersWith = async (path: string): Promise<string> => {
    const asked = ["--silent", "--max-time", "2", "--write-out", " %{http_code}", `http://127.0.0.1${path}`];
    return (await docker.docker("exec", "rancher", "curl", ...asked)).stdout;
  };
  const healthy = () => expect.poll(() => answersWith("/healthz"), { timeout: 20_000 }).toBe("ok 200");
  const logs = async () => (await docker.docker("logs", "rancher")).stdout;

  it("responds after a while, in its network by its name, and on loopback if it is published there", async () => {
    await start(older, "--network", "rancher", "--publish", "127.0.0.1:60080:80");
    await healthy();

    const inside = ["curl", "--silent", "http://rancher/ping"];
    const neighbour = ["run", "--rm", "--network", "rancher", "--entrypoint", inside[0]!, older, ...inside.slice(1)];
    expect(await docker.mustDocker(...neighbour)).toBe("pong");
    const ask = [
      "bash",
      "-c",
      "exec 3<>/dev/tcp/127.0.0.1/60080 && printf 'GET /ping HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3",
    ];
    expect((await machine.host.exec(ask)).stdout).toContain("pong");
    await expect(fetch(`http://${machine.host.address}:60080/ping`)).rejects.toThrow();
  });

  it("migrates the data of an older one, and rejects the data of a newer one", async () => {
    await start(newer, "--network", "rancher");
    await healthy();
    expect(await logs()).toContain("Migrating data of v2.14.3");
    await docker.mustDocker("rm", "--force", "rancher");

    await start(older, "--network", "rancher");

    expect(await docker.mustDocker("wait", "rancher")).toBe("1");
    expect(await logs()).toContain("the data was written by v2.15.2; v2.14.3 cannot read it");
  });

  it("requires to be privileged", async () => {
    const { code, stdout } = await docker.docker("run", "--rm", newer);

    expect(code).toBe(1);
    expect(stdout).toContain("--privileged");
  });

  it("with a fault is unhealthy, exits, or fails only as the serving container", async () => {
    await start(invalid("unhealthy"), "--network", "trial");
    await expect.poll(() => answersWith("/healthz"), { timeout: 20_000 }).toContain(" 500");
    await docker.mustDocker("rm", "--force", "rancher");

    await start(invalid("crashing"), "--network", "trial");
    expect(await docker.mustDocker("wait", "rancher")).toBe("1");
    await docker.mustDocker("rm", "--force", "rancher");

    await start(invalid("fails-when-served"), "--network", "rancher");
    await expect.poll(() => answersWith("/healthz"), { timeout: 20_000 }).toContain(" 500");
    await docker.mustDocker("rename", "rancher", "other");
    await docker.mustDocker("rm", "--force", "other");

    const trial = ["--network", "trial", "--name", "rancher-trial", "--volume", "data:/var/lib/rancher"];
    await docker.mustDocker("run", "--detach", "--privileged", ...trial, invalid("fails-when-served"), "--no-cacerts");
    const asked = ["exec", "rancher-trial", "curl", "--silent", "http://127.0.0.1/healthz"];
    await expect.poll(async () => (await docker.docker(...asked)).stdout, { timeout: 20_000 }).toBe("ok");
    await docker.mustDocker("rm", "--force", "--volumes", "rancher-trial");
  });

  it("keeps its data after it or the whole machine was cut off", async () => {
    await start(newer, "--network", "rancher", "--restart", "unless-stopped");
    await healthy();
    for (let kill = 0; kill < 5; kill++) {
      await docker.docker("kill", "--signal", "KILL", "rancher");
      await docker.mustDocker("start", "rancher");
      await sleep(Math.random() * 1500);
    }
    await healthy();

    await machine.host.stop();
    await machine.start();

    await healthy();
    expect(await logs()).not.toContain("FATAL");
  });
});
