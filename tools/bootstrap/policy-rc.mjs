import { lstat, readFile, rename, rm, writeFile } from "node:fs/promises";

/**
 * The script that Debian runs before a package starts its daemon
 * (https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt).
 */
export const POLICY = "/usr/sbin/policy-rc.d";

/** 101: forbidden by policy. */
const forbidding = `#!/bin/sh
# Put here while rancher's bootstrap installs packages, so that none of them starts a daemon. What was here before is in
# ${POLICY}.before-rancher-bootstrap.
exit 101
`;

/**
 * Runs work during which packages start no daemons. Restores a previous policy, also on failure; after a SIGKILL
 * `restorePolicy` does it.
 *
 * @template Result
 * @param {() => Promise<Result>} work
 * @param {string} [policy]  path
 * @returns {Promise<Result>}
 */
export async function withoutDaemons(work, policy = POLICY) {
  await restorePolicy(policy);
  if (await exists(policy)) await rename(policy, before(policy));
  try {
    // Atomic, so that it can be recognised as ours.
    await writeFile(`${policy}.new`, forbidding, { mode: 0o755 });
    await rename(`${policy}.new`, policy);
    return await work();
  } finally {
    await restorePolicy(policy);
  }
}

/**
 * Whether a run was killed before it could restore the policy.
 *
 * @param {string} [policy]  path
 * @returns {Promise<boolean>}
 */
export async function policyLeftBehind(policy = POLICY) {
  return (await exists(before(policy))) || (await isOurs(policy));
}

/**
 * Restores the previous policy, or none.
 *
 * @param {string} [policy]  path
 */
export async function restorePolicy(policy = POLICY) {
  if (await isOurs(policy)) await rm(policy);
  // A policy that was placed since then is newer than the saved one, and stays.
  if ((await exists(before(policy))) && !(await exists(policy))) await rename(before(policy), policy);
  await rm(before(policy), { force: true });
}

/** @param {string} policy */
const before = (policy) => `${policy}.before-rancher-bootstrap`;

/**
 * A dangling link exists, too.
 * @param {string} path
 */
const exists = (path) =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** @param {string} policy */
const isOurs = (policy) =>
  readFile(policy, "utf8").then(
    (text) => text === forbidding,
    () => false,
  );
