/**
 * Installs what this clone and this machine need for a purpose: `node tools/bootstrap.mjs start|test|check|up|node`. It runs
 * before anything is installed, on any Node: its static imports must work in old releases.
 */
import { nodeVersionProblem } from "./node-version.mjs";

const problem = nodeVersionProblem();
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 1;
} else {
  void import("./bootstrap/main.mjs")
    .then((bootstrap) => bootstrap.main(process.argv.slice(2)))
    .then((code) => (process.exitCode = code));
}
