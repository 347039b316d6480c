import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeDataHost, type DataHost } from "./support/data-host.ts";

const made = await makeDataHost();
if ("refused" in made) console.warn(`Taking a container over is not tested on a real engine here: ${made.refused}`);

describe.skipIf("refused" in made)("taking a container over, on a real Docker engine", () => {
  const at = made as DataHost;
  const { machine, engine } = at;

  beforeAll(async () => {
    await machine.base.create();
    await at.image("v2.14.3", { version: "2.14.3", startSeconds: 0.5 });
  });
  afterAll(async () => {
    await at.close();
  });

  it.each(["volume", "bind", "layer"])(
    "takes over a Rancher that was started by hand, its data in a %s",
    async (kind) => {
      await machine.look("mkdir", "-p", "/opt/rancher");
      // An image that declares no volume keeps the data in the container's layer.
      if (kind === "layer") await engine.feedDocker(await at.flattened(), "import", "-", "rancher/rancher:flat");
      const options = {
        volume: ["rancher/rancher:v2.14.3"],
        bind: ["--volume", "/opt/rancher:/var/lib/rancher", "rancher/rancher:v2.14.3"],
        layer: [
          "--env",
          "CATTLE_SERVER_VERSION=v2.14.3",
          "--workdir",
          "/var/lib/rancher",
          "--env",
          "AUDIT_LOG_PATH=/tmp/a",
          "rancher/rancher:flat",
          "bash",
          "/usr/bin/entrypoint.sh",
        ],
      }[kind]!;
      await engine.mustDocker("run", "-d", "--name", "by-hand", "--privileged", "--restart", "always", ...options);
      await at.answers("by-hand");
      const uuid = await at.kept("installUuid", "by-hand");

      const end = await at.data("2.14.3", { adopt: "by-hand" });
      expect(end.code, end.stderr).toBe(0);
      await at.serve("2.14.3");

      expect(await at.kept("installUuid")).toBe(uuid);
      expect(
        await engine.mustDocker(
          "inspect",
          "-f",
          "{{.State.Running}} {{.HostConfig.RestartPolicy.Name}}",
          "by-hand-before-rancher-stack",
        ),
      ).toBe("false no");
      expect((await at.data("2.14.3", { adopt: "by-hand" })).stderr).toBe("unchanged: Rancher 2.14.3 has its data\n");
      await engine.mustDocker("rm", "-v", "by-hand-before-rancher-stack");
      await at.data("2.14.3");
      await engine.mustDocker("rm", "-f", "-v", "rancher");
      await engine.mustDocker("volume", "rm", "rancher-data");
    },
  );
});
