import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { policyLeftBehind, restorePolicy, withoutDaemons } from "../../../tools/bootstrap/policy-rc.mjs";
import { temporaryFolder } from "../temporary-folder.ts";

const place = () => join(temporaryFolder(), "policy-rc.d");
const answer = (policy: string) => spawnSync(policy, ["nginx", "start"]).status;

test("while packages are installed daemons are forbidden; afterwards there is no policy, as before", async () => {
  const policy = place();

  const during = await withoutDaemons(() => Promise.resolve(answer(policy)), policy);

  expect(during).toBe(101);
  expect(readdirSync(join(policy, ".."))).toEqual([]);
});

test("an existing policy is restored unchanged, also on failure", async () => {
  const policy = place();
  writeFileSync(policy, "#!/bin/sh\nexit 0\n", { mode: 0o750 });

  const failing = withoutDaemons(() => {
    expect(answer(policy)).toBe(101);
    return Promise.reject(new Error("apt-get failed"));
  }, policy);

  await expect(failing).rejects.toThrow("apt-get failed");
  expect(answer(policy)).toBe(0);
  expect(lstatSync(policy).mode & 0o777).toBe(0o750);
  expect(readdirSync(join(policy, ".."))).toEqual(["policy-rc.d"]);
});

test("a policy that is a link stays a link, even one that leads nowhere", async () => {
  const policy = place();
  symlinkSync("/etc/alternatives/nowhere", policy);

  await withoutDaemons(() => Promise.resolve(), policy);

  expect(lstatSync(policy).isSymbolicLink()).toBe(true);
});

test.each([
  ["with a policy before", "#!/bin/sh\nexit 0\n"],
  ["without one", undefined],
])("after a run that was killed, %s, the next run restores it", async (_, original) => {
  const policy = place();
  if (original !== undefined) writeFileSync(policy, original);
  expect(await policyLeftBehind(policy)).toBe(false);
  // The state in the middle of a run, copied out of one.
  const snapshot = temporaryFolder();
  await withoutDaemons(async () => {
    execFileSync("cp", ["-a", `${join(policy, "..")}/.`, snapshot]);
  }, policy);
  const left = join(snapshot, "policy-rc.d");

  expect(await policyLeftBehind(left)).toBe(true);
  await restorePolicy(left);

  expect(existsSync(left) ? readFileSync(left, "utf8") : undefined).toBe(original);
  expect(await policyLeftBehind(left)).toBe(false);
});

test("killed between the two steps, with the old policy moved away and no new one", async () => {
  const policy = place();
  writeFileSync(policy, "#!/bin/sh\nexit 0\n");
  renameSync(policy, `${policy}.before-rancher-bootstrap`);

  expect(await policyLeftBehind(policy)).toBe(true);
  await restorePolicy(policy);

  expect(readFileSync(policy, "utf8")).toBe("#!/bin/sh\nexit 0\n");
});

test("a policy that was created by another program since is not touched", async () => {
  const policy = place();
  writeFileSync(policy, "theirs");

  expect(await policyLeftBehind(policy)).toBe(false);
  await restorePolicy(policy);

  expect(readFileSync(policy, "utf8")).toBe("theirs");
});
