import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { installMachinePackages, missingPackages, remedy } from "../../../tools/bootstrap/machine-packages.mjs";
import { fakeExecutable } from "../fake-executable.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const nft = { name: "nftables", proof: ["nft-of-this-test"], why: "lets hosts out" };

/** An apt-get that records its arguments and what it would have been allowed to start. */
function machine(apt: string) {
  const folder = temporaryFolder();
  const policy = join(folder, "policy-rc.d");
  fakeExecutable(
    folder,
    "apt-get",
    `echo "$@" >> ${folder}/calls; ${policy} nginx start; echo $? >> ${folder}/policy\n${apt}`,
  );
  const lines: string[] = [];
  const options = {
    progress: (line: string) => lines.push(line),
    env: { PATH: `${folder}:/usr/bin:/bin` },
    log: join(folder, "log"),
    policy,
    pollTime: 20,
    lockTimeout: 600_000,
  };
  const read = (name: string) => readFileSync(join(folder, name), "utf8").trim().split("\n");
  return { folder, policy, lines, options, read };
}

test("a package is missing unless all its commands or files exist", () => {
  const folder = temporaryFolder();
  fakeExecutable(folder, "nft-of-this-test", "");
  const file = { name: "ca-certificates", proof: [join(folder, "nowhere.crt")], why: "" };
  const half = { name: "openssh-client", proof: ["nft-of-this-test", "ssh-of-this-test"], why: "" };

  expect(missingPackages([nft, file, half], folder)).toEqual([file, half]);
  expect(missingPackages([nft], "/nowhere")).toEqual([nft]);
});

test("packages are listed with the reason, then installed with daemons forbidden", async () => {
  const { lines, options, policy, read } = machine("exit 0");

  await installMachinePackages([nft], options);

  expect(lines[0]).toBe(
    "installing Debian packages on this machine (no daemon is started):\n  nftables: lets hosts out",
  );
  expect(read("calls")).toEqual([
    "-o Dpkg::Use-Pty=0 update",
    "-o Dpkg::Use-Pty=0 install --yes --no-install-recommends nftables",
  ]);
  expect(read("policy")).toEqual(["101", "101"]);
  expect(existsSync(policy)).toBe(false);
});

test("lists that cannot be updated are no failure; a package that is not available is one, and the policy is removed", async () => {
  const { options, policy, folder } = machine("echo 'E: Unable to locate package nftables' >&2; exit 100");

  await expect(installMachinePackages([nft], options)).rejects.toThrow(
    "apt-get install nftables ended with 100.\n    E: Unable to locate package nftables\n" +
      "The package servers cannot be reached, or do not have the package: check /etc/apt/sources.list and the network " +
      `(apt-get update), and run this again. The whole output is in ${folder}/log`,
  );
  expect(existsSync(policy)).toBe(false);
});

test("waits for another process that installs packages", async () => {
  const { options, lines, read } = machine(
    `[ "$(wc -l < "$(dirname "$0")/calls")" -ge 4 ] || { echo "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (apt)" >&2; exit 100; }`,
  );

  await installMachinePackages([nft], options);

  expect(read("calls")).toHaveLength(5);
  expect(lines).toContain("waiting for another process that installs packages");
});

test("does not wait forever", async () => {
  const { options } = machine(
    `echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt)" >&2; exit 100`,
  );

  await expect(installMachinePackages([nft], { ...options, lockTimeout: 300 })).rejects.toThrow(
    "Another process has been installing packages for 0.3 s: E: Could not get lock /var/lib/apt/lists/lock. " +
      "It is held by process 7 (apt) Wait until it is done, and run this again.",
  );
});

test.each([
  ["E: dpkg was interrupted, you must manually run 'dpkg --configure -a'", "Run dpkg --configure -a"],
  ["E: You don't have enough free space in /var/cache/apt/archives/.", "The disk is full"],
  ["E: Failed to fetch x  Temporary failure resolving 'x'", "The package servers cannot be reached"],
  ["E: something else", "Fix the reported error"],
])("the remedy for %j", (words, text) => {
  expect(remedy(words)).toContain(text);
});
