import { bootstrap } from "../tools/bootstrap/main.mjs";

/**
 * Runs one command of the project, with node modules installed and TypeScript loaded first.
 *
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
export async function start(args) {
  const code = await bootstrap("node");
  if (code !== 0) return code;
  // By a variable, as it comes without types.
  const loader = "tsx";
  await import(loader);
  const { main } = await import("./main.ts");
  return main(args, { prepare: bootstrap });
}
