import { readFileSync } from "node:fs";

/**
 * The message if Node is too old for this project; undefined if it is new enough. This code runs on that old Node, so
 * it uses only syntax of old releases.
 *
 * @returns {string | undefined}
 */
export function nodeVersionProblem() {
  const engines = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).engines;
  const required = engines.node.replace(/^\D*/, "");
  const numbers = (/** @type {string} */ text) => text.split(".").map(Number);
  const [major = 0, minor = 0] = numbers(process.versions.node);
  const [requiredMajor = 0, requiredMinor = 0] = numbers(required);
  if (major > requiredMajor || (major === requiredMajor && minor >= requiredMinor)) return undefined;
  return `Node ${process.versions.node} is too old: this project needs ${required} or newer. Install it (https://nodejs.org/en/download) and run this again.`;
}
