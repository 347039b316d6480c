import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { DockerRefused, type DockerEngine } from "./docker-engine.ts";
import { imageRoot } from "./image-root.ts";

/**
 * Checks whether a container can run, and removes it again.
 *
 * @param folder Folder to build its image in.
 * @param args Options of `docker run`.
 * @param refused Start of the error message.
 * @throws DockerRefused with the engine's error
 */
export async function checkContainer(
  engine: DockerEngine,
  folder: string,
  args: readonly string[],
  refused: string,
): Promise<void> {
  const temporary = await mkdtemp(join(folder, "proof-"));
  const rootTar = await imageRoot({ folder: temporary, programs: ["true"], files: {} });
  await rm(temporary, { recursive: true });
  const image = "rehearsal-proof";
  await engine.feedDocker(rootTar, "import", "-", image);
  const { code, stderr } = await engine.docker("run", "--rm", ...args, image, "true");
  await engine.docker("image", "rm", "--force", image);
  if (code !== 0) throw new DockerRefused(`${refused}: ${stderr.trim()}`);
}
