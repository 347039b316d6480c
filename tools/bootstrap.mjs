/**
 * Makes this clone and this machine ready for a purpose: `node tools/bootstrap.mjs start|test|up|node`. Every npm script
 * calls it first, so it runs before anything is installed, and what it imports here must be readable by old releases of
 * Node: they are told to be too old by a sentence, not by a syntax error.
 */
import { readFileSync } from "node:fs";

const wanted = /\d+\.\d+/.exec(
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).engines.node,
);
const numbers = (/** @type {string} */ text) => text.split(".").map(Number);
const [major = 0, minor = 0] = numbers(process.versions.node);
const [leastMajor = 0, leastMinor = 0] = numbers(String(wanted));

if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
  console.error(
    `Node ${process.versions.node} is too old: this project needs ${wanted} or newer. Install it (https://nodejs.org/en/download) and run this again.`,
  );
  process.exitCode = 1;
} else {
  void import("./bootstrap/main.mjs").then((bootstrap) => bootstrap.main(process.argv.slice(2)));
}
