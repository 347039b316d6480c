import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeOrClose, type Closer } from "../../../../rehearsal/closing.ts";
import { DockerRefused } from "../../../../rehearsal/docker/docker-engine.ts";
import { createSandbox, type Sandbox } from "../../../../rehearsal/sandbox/sandbox.ts";

/**
 * Creates something with a Docker engine in a separate sandbox.
 *
 * @param make Adds to the closers how its parts are ended. `close` ends them, and the sandbox
 * @returns the reason, if this machine cannot run a Docker engine
 */
export async function inDockerSandbox<T>(
  make: (sandbox: Sandbox, closers: Closer[], close: () => Promise<void>) => Promise<T>,
): Promise<T | { readonly refused: string }> {
  if (process.getuid?.() !== 0) return { refused: "a Docker engine needs root" };
  try {
    return await makeOrClose(async (closers, close) => {
      const folder = mkdtempSync(join(tmpdir(), "docker-test-"));
      closers.push(() => rm(folder, { recursive: true, force: true }));
      const sandbox = await createSandbox({ folder, progress: () => undefined });
      closers.push(() => sandbox.close());
      return make(sandbox, closers, close);
    });
  } catch (error) {
    if (error instanceof DockerRefused) return { refused: error.message };
    throw error;
  }
}
