/**
 * Reads vitest's JSON reports, prints what failed and the sum of them all, and fails when anything did.
 * Usage: node .ci/report.mjs FILE... [-- FAILED COMMAND...]
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const words = process.argv.slice(2);
const end = words.includes("--") ? words.indexOf("--") : words.length;
const files = words.slice(0, end);
const commands = words.slice(end + 1);

const sum = { passed: 0, failed: 0, skipped: 0 };
for (const file of files) {
  const report = read(file);
  sum.passed += report.numPassedTests;
  sum.failed += report.numFailedTests;
  sum.skipped += report.numPendingTests;
  // A run without a report, or in which nothing passed, has not taken place.
  if (report.numPassedTests === 0) sum.failed += 1;
  for (const { name, message, assertionResults } of report.testResults.filter(({ status }) => status === "failed")) {
    const path = relative(process.cwd(), name);
    if (assertionResults.length === 0) {
      sum.failed += 1;
      console.log(`FAILED ${path}, which could not be loaded: ${(message ?? "").slice(0, 1500)}`);
    }
    for (const { status, fullName, duration, failureMessages } of assertionResults) {
      if (status !== "failed") continue;
      const seconds = Math.round((duration ?? 0) / 1000);
      console.log(`FAILED ${path}: ${fullName} (${seconds} s)\n${failureMessages.join("\n").slice(0, 1000)}`);
    }
  }
}
for (const command of commands) console.log(`FAILED ${command}`);
// Checks and the rehearsal are no tests, but their failure is one.
if (sum.failed === 0) sum.failed = commands.length;
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed === 0 ? 0 : 1;

/**
 * @typedef {{ status: string, fullName: string, duration?: number, failureMessages: string[] }} Test
 * @typedef {{ name: string, status: string, message?: string, assertionResults: Test[] }} TestFile
 * @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, testResults: TestFile[] }} Report
 *
 * @param {string} path
 * @returns {Report}
 */
function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };
  }
}
