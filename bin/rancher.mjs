#!/usr/bin/env node
/**
 * `npx rancher <command>`. Needs nothing but Node: it first installs what is missing. What it imports statically must be
 * readable by old releases of Node.
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
