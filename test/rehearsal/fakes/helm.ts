import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { tool } from "../../../tools/toolbox.mjs";

const run = promisify(execFile);

/** Runs helm against a cluster, with `folder` as its home. Returns its output. */
export async function helmFor(folder: string, kubeconfig: string): Promise<(...args: string[]) => Promise<string>> {
  const { path: helm } = await tool("helm");
  const file = path.join(folder, "kubeconfig");
  await writeFile(file, kubeconfig, { mode: 0o600 });
  return async (...args) => (await run(helm, args, { env: { HOME: folder, KUBECONFIG: file } })).stdout;
}
