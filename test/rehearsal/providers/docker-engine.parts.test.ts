import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { putImage } from "../../../rehearsal/docker/container-image.ts";
import { imageRoot } from "../../../rehearsal/docker/image-root.ts";
import { pluginFolder } from "../../../rehearsal/providers/genuine-plugin.ts";
import { sdkVersion } from "../../../rehearsal/providers/install.ts";
import { clearLeftovers } from "../../../rehearsal/sandbox/leftovers.ts";
import { makeDockerTestMachine, type DockerTestMachine } from "../support/single-node/docker-test-machine.ts";
import { dockerEngineConforms, testImage } from "./docker-engine-conformance.ts";
import { ScratchEngine, type Kind } from "./scratch-engine.ts";

const userPulumiHome = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
const hasGenuine = existsSync(join(userPulumiHome, "plugins", pluginFolder("docker", sdkVersion("docker"))));
const made = await makeDockerTestMachine();
if ("refused" in made) console.warn(`Docker provider plugins are not tested on an engine here: ${made.refused}`);

describe.skipIf("refused" in made)("docker provider plugins on an engine", () => {
  const machine = made as DockerTestMachine;
  beforeAll(async () => {
    const folder = await mkdtemp(join(machine.temporary, "image-"));
    const programs = ["cat", "false", "sleep", "true"];
    await putImage(machine.engine, testImage, {
      rootTar: await imageRoot({ folder, programs, files: {} }),
      config: {},
    });
  });
  afterAll(async () => {
    await machine.close();
    await clearLeftovers();
  });

  /** The same assertions for both kinds: they describe the genuine plugin. */
  describe.each<Kind>(["fake", "genuine"])("%s", (kind) => {
    const isMissing = kind === "genuine" && !hasGenuine;
    let engine: ScratchEngine | undefined;
    beforeAll(async () => {
      if (!isMissing) engine = await ScratchEngine.start(kind, userPulumiHome);
    });
    afterAll(() => engine?.remove());
    describe.skipIf(isMissing)("docker", () => {
      dockerEngineConforms(
        () => engine!,
        () => machine.engine,
        () => ({
          host: `ssh://${machine.host.user}@${machine.host.address}:${machine.host.port}`,
          hostKey: machine.host.hostKey,
          keyFile: machine.sandbox.privateKeyFile,
        }),
      );
    });
  });
});
