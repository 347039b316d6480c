#!/usr/bin/env node
/**
 * `npx rancher <command>`. Needs only Node, and first installs what is missing. Its static imports must work in old
 * releases of Node.
 */
import { nodeVersionProblem } from "../tools/node-version.mjs";

const problem = nodeVersionProblem();
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 1;
} else {
  void import("../operations/start.mjs")
    .then((start) => start.start(process.argv.slice(2)))
    .then((code) => (process.exitCode = code));
}
