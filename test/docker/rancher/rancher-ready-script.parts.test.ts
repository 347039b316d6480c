import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rancherLabels } from "../../../components/docker/names.ts";
import { rancherHealthcheck } from "../../../components/docker/rancher/rancher-container-spec.ts";
import { renderRancherReadyScript } from "../../../components/docker/rancher/rancher-ready-script.ts";
import { makeDataHost, type DataHost } from "../support/data-host.ts";

const made = await makeDataHost();
if ("refused" in made) console.warn(`waiting for Rancher is not tested on a real engine here: ${made.refused}`);

const health = [
  "--health-cmd",
  rancherHealthcheck.tests.slice(1).join(" ").replace("X-F", "'X-F").replace("https ", "https' "),
];
const times = [
  "--health-interval",
  "1s",
  "--health-timeout",
  "5s",
  "--health-start-period",
  "10m",
  "--health-retries",
  "6",
];

describe.skipIf("refused" in made)("waiting for Rancher, on a real Docker engine", () => {
  const at = made as DataHost;
  const { machine, engine } = at;

  /** Creates Rancher's container as the program does. Returns its id. */
  const make = async (version: string, ...options: string[]): Promise<string> => {
    await engine.docker("rm", "-f", "-v", "rancher");
    const usual = ["--privileged", "--network", "rancher", "--restart", "unless-stopped"];
    const data = ["--volume", "rancher-data:/var/lib/rancher"];
    const labels = ["--label", `${rancherLabels.stack}=rancher/dev`, "--label", `${rancherLabels.version}=${version}`];
    const image = `rancher/rancher:v${version}`;
    return engine.mustDocker(
      ...["run", "-d", "--name", "rancher", ...labels, ...usual, ...data, ...health, ...times, ...options, image],
    );
  };
  const ready = (container: string, edit = (text: string) => text) =>
    machine.run(
      "rancher-ready",
      renderRancherReadyScript({ container, version: "2.15.2", stack: "dev", folder: "/var/backups/rancher" }),
      {
        timeoutSeconds: 600,
        edit,
      },
    );

  beforeAll(async () => {
    await machine.base.create();
    await at.image("v2.15.2", { version: "2.15.2", startSeconds: 0.5 });
    await at.image("v2.15.3", { version: "2.15.3", startSeconds: 0.5, fault: "crashing" });
    await at.image("v2.15.4", { version: "2.15.4", startSeconds: 0.5, fault: "never-ready" });
  });
  afterAll(async () => {
    await at.close();
  });

  it("ends when Rancher is healthy, the second time immediately", async () => {
    const container = await make("2.15.2");

    expect(await ready(container)).toMatchObject({
      code: 0,
      stdout: "2.15.2\n",
      stderr: "unchanged: Rancher 2.15.2 is healthy\n",
    });
    expect(await ready(container)).toMatchObject({ code: 0 });
  });

  it("starts a container that was stopped by hand", async () => {
    const container = await engine.mustDocker("inspect", "-f", "{{.Id}}", "rancher");
    await engine.mustDocker("stop", "rancher");

    const end = await ready(container);

    expect(end.code, end.stderr).toBe(0);
    expect(end.stderr).toMatch(/^changed: the container rancher was stopped and is started\n/);
  });

  it("continues while the engine is restarted", async () => {
    const container = await make("2.15.2", "--env", "REHEARSAL_START_SECONDS=10");
    const waiting = ready(container);
    await engine.stop();
    await engine.start();

    const end = await waiting;

    expect(end.code, end.stderr).toBe(0);
  });

  it("fails early, also at the next run, if the container keeps exiting, although it responds in between", async () => {
    const container = await make("2.15.3");

    const end = await ready(container);
    const again = await ready(container);

    for (const { code, stderr } of [end, again]) {
      expect(code, stderr).toBe(40);
      expect(stderr).toMatch(/FATAL\] panic: fake\n.*Rancher 2\.15\.2 has restarted \d+ times/s);
    }
  });

  it("fails after its timeout, and does not outlive its parent", async () => {
    const container = await make("2.15.4");

    const end = await ready(container, (text) => text.replace("ready_seconds=900", "ready_seconds=25"));
    expect(end.code).toBe(40);
    expect(end.stderr).toMatch(
      /^Rancher 2\.15\.2 is not healthy after 2\d s; the timeout is 25 s: running, starting\./,
    );
    expect(end.stderr).toMatch(/Waiting for server to become available.*has not become healthy within 25 s/s);

    const left = ready(container);
    await expect.poll(() => machine.look("pgrep", "-f", "is not healthy after"), { timeout: 60_000 }).not.toBe("");
    await machine.disconnect();
    await left;
    // A restore does not have to wait for it.
    await expect.poll(() => machine.look("pgrep", "-f", "is not healthy after"), { timeout: 120_000 }).toBe("");
  });
});
