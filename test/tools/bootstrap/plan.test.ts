import { expect, test } from "vitest";
import { MACHINE_PACKAGES, plan, type Facts } from "../../../tools/bootstrap/plan.mjs";
import { TOOL_NAMES } from "../../../tools/versions.mjs";

const ready: Facts = {
  platform: "linux",
  root: true,
  apt: true,
  nodeModules: "fit",
  missingPackages: [],
  policyLeftBehind: false,
};

const everything = { kind: "tools", names: TOOL_NAMES };
const packages = MACHINE_PACKAGES.slice(0, 2);

test("on a complete machine, only the tools are prepared, and only for commands that use them", () => {
  expect(plan("start", ready).steps).toEqual([everything]);
  expect(plan("test", ready).steps).toEqual([everything]);
  expect(plan("up", ready).steps).toEqual([{ kind: "tools", names: ["pulumi", "pulumi-language-nodejs"] }]);
  expect(plan("node", ready)).toEqual({ steps: [], notes: [], problems: [] });
});

test("on a new machine, system packages come first and the tools last", () => {
  const { steps } = plan("start", { ...ready, nodeModules: "missing", missingPackages: packages });

  expect(steps).toEqual([
    { kind: "machine-packages", packages },
    { kind: "node-modules", state: "missing" },
    everything,
  ]);
});

test("the static checks need shellcheck, and install no other package", () => {
  const shellcheck = MACHINE_PACKAGES.filter(({ name }) => name === "shellcheck");

  expect(plan("check", ready).steps).toEqual([]);
  expect(plan("check", { ...ready, missingPackages: [...MACHINE_PACKAGES] }).steps).toEqual([
    { kind: "machine-packages", packages: shellcheck },
  ]);
  expect(plan("check", { ...ready, root: false, missingPackages: shellcheck }).problems).toEqual([
    "Missing on this machine, where you may not install them:\n" +
      "  shellcheck: checks shell files and the scripts that are sent to hosts\n" +
      "These are Debian's names; install packages with the same commands, and run this again.",
  ]);
});

test("only a rehearsal and tests as root install packages on the machine", () => {
  for (const purpose of ["up", "node"] as const) {
    const { steps } = plan(purpose, { ...ready, missingPackages: packages, nodeModules: "outdated" });
    expect(steps[0]).toEqual({ kind: "node-modules", state: "outdated" });
  }
});

test("tests without root need only node modules, and the skipped tests are reported", () => {
  const facts = { ...ready, root: false, apt: false, missingPackages: packages, nodeModules: "missing" as const };

  expect(plan("test", facts)).toEqual({
    steps: [{ kind: "node-modules", state: "missing" }],
    notes: ["not root on Linux: tests with real daemons and hosts are skipped"],
    problems: [],
  });
  expect(plan("test", { ...facts, root: true, platform: "darwin" }).problems).toEqual([]);
});

test("a rehearsal without root, or not on Linux, is refused with the remedy, and nothing is installed", () => {
  const withoutRoot = plan("start", { ...ready, root: false, nodeModules: "missing" });
  const elsewhere = plan("start", { ...ready, platform: "darwin", nodeModules: "missing" });

  expect(withoutRoot).toEqual({
    steps: [],
    notes: [],
    problems: ["A rehearsal creates networks, mounts and hosts on this machine, which needs root: sudo npm start"],
  });
  expect(elsewhere.steps).toEqual([]);
  expect(elsewhere.problems).toEqual([
    "A rehearsal runs its hosts in Linux namespaces, but this is darwin. " +
      "Run it in a Linux virtual machine; npm run up, render and check-config work here.",
  ]);
});

test("without apt-get the missing packages are listed, with the reason", () => {
  const { steps, problems } = plan("start", { ...ready, apt: false, missingPackages: packages });

  expect(steps).toEqual([]);
  expect(problems).toEqual([
    "Missing on this machine, which has no apt-get to install them:\n" +
      "  mmdebstrap: creates the Debian root of the rehearsal's hosts\n" +
      "  iproute2: creates the rehearsal's bridge and links, in a network namespace\n" +
      "These are Debian's names; install packages with the same commands, and run this again.",
  ]);
  expect(plan("start", { ...ready, apt: false }).problems).toEqual([]);
});

test("the policy that a killed run left is restored first, by root whatever the purpose", () => {
  const facts = { ...ready, policyLeftBehind: true, nodeModules: "missing" as const };

  expect(plan("node", facts).steps[0]).toEqual({ kind: "restore-policy" });
  expect(plan("node", { ...facts, root: false }).steps[0]).toEqual({ kind: "node-modules", state: "missing" });
});
