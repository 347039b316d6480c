import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { DockerRefused, type DockerEngine } from "./docker-engine.ts";
import { imageRoot } from "./image-root.ts";

/**
 * Looks whether a container runs at all; nothing of it stays.
 *
 * @param folder Where its image is put together.
 * @param words Of `docker run`: what the container is given.
 * @param refused What it means that none runs.
 * @throws DockerRefused with the engine's own words behind it
 */
export async function checkContainer(
  engine: DockerEngine,
  folder: string,
  words: readonly string[],
  refused: string,
): Promise<void> {
  const temporary = await mkdtemp(join(folder, "proof-"));
  const rootTar = await imageRoot({ folder: temporary, programs: ["true"], files: {} });
  await rm(temporary, { recursive: true });
  const image = "rehearsal-proof";
  await engine.feedDocker(rootTar, "import", "-", image);
  const { code, stderr } = await engine.docker("run", "--rm", ...words, image, "true");
  await engine.docker("image", "rm", "--force", image);
  if (code !== 0) throw new DockerRefused(`${refused}: ${stderr.trim()}`);
}
