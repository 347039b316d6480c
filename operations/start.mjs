import { bootstrap } from "../tools/bootstrap/main.mjs";

/**
 * Runs one command of the project, with node modules installed and the program bundled first.
 *
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
export async function start(args) {
  const code = await bootstrap("node");
  if (code !== 0) return code;
  await import("../tools/defer-serializer.mjs");
  const { bundled } = await import("../tools/bundle/bundle.mjs");
  process.setSourceMapsEnabled(true);
  /** @type {typeof import("./main.ts")} */
  const { main } = await import(bundled("cli.mjs"));
  return main(args, { prepare: bootstrap });
}
