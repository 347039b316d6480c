import { lstat, readFile, rename, rm, writeFile } from "node:fs/promises";

/** What Debian asks before a package starts its daemon (https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt). */
export const POLICY = "/usr/sbin/policy-rc.d";

/** 101: forbidden by policy. */
const forbidding = `#!/bin/sh
# Put here while rancher's bootstrap installs packages, so that none of them starts a daemon. What was here before is in
# ${POLICY}.before-rancher-bootstrap.
exit 101
`;

/**
 * Does something during which packages start no daemons. A policy that was there before is put back, also on failure;
 * after a SIGKILL `restorePolicy` does it.
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
    // Whole or not at all, so that it is known for ours.
    await writeFile(`${policy}.new`, forbidding, { mode: 0o755 });
    await rename(`${policy}.new`, policy);
    return await work();
  } finally {
    await restorePolicy(policy);
  }
}

/**
 * Whether a run was killed before it could put the policy back.
 *
 * @param {string} [policy]  path
 * @returns {Promise<boolean>}
 */
export async function policyLeftBehind(policy = POLICY) {
  return (await exists(before(policy))) || (await isOurs(policy));
}

/**
 * Puts back the policy that was there before, or none.
 *
 * @param {string} [policy]  path
 */
export async function restorePolicy(policy = POLICY) {
  if (await isOurs(policy)) await rm(policy);
  // A policy somebody put there since is newer than the one kept, and stays.
  if ((await exists(before(policy))) && !(await exists(policy))) await rename(before(policy), policy);
  await rm(before(policy), { force: true });
}

/** @param {string} policy */
const before = (policy) => `${policy}.before-rancher-bootstrap`;

/**
 * A link that leads nowhere is there, too.
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
