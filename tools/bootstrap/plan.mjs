import { TOOL_NAMES } from "../versions.mjs";

/**
 * @typedef {import("../versions.mjs").ToolName} ToolName
 *
 * What comes next: a rehearsal, tests, the static checks, bringing a stack up, or anything that only needs Node.
 * @typedef {"start" | "test" | "check" | "up" | "node"} Purpose
 *
 * @typedef {object} Facts
 * @property {string} platform Node's name: `linux`, `darwin`
 * @property {boolean} root
 * @property {boolean} apt                         whether packages can be installed with apt-get
 * @property {NodeModules} nodeModules
 * @property {MachinePackage[]} missingPackages the missing ones of MACHINE_PACKAGES
 * @property {boolean} policyLeftBehind            an earlier run was killed while it installed packages
 *
 * @typedef {"fit" | "missing" | "outdated"} NodeModules
 *
 * @typedef {object} MachinePackage what must be installed on the machine itself
 * @property {string} name Debian's name
 * @property {string[]} proof commands (on PATH) or files (absolute) that prove it is installed
 * @property {string} why
 *
 * @typedef {{ kind: "machine-packages", packages: MachinePackage[] }
 *   | { kind: "restore-policy" }
 *   | { kind: "node-modules", state: "missing" | "outdated" }
 *   | { kind: "tools", names: ToolName[] }} Step
 *
 * @typedef {{ steps: Step[], notes: string[], problems: string[] }} Plan  with problems there are no steps
 */

/**
 * What a rehearsal and the tests with real daemons need on the machine; none of it starts a daemon. Everything else is
 * installed in the rehearsal's own root.
 * @type {MachinePackage[]}
 */
export const MACHINE_PACKAGES = [
  { name: "mmdebstrap", proof: ["mmdebstrap"], why: "creates the Debian root of the rehearsal's hosts" },
  { name: "iproute2", proof: ["ip"], why: "creates the rehearsal's bridge and links, in a network namespace" },
  { name: "slirp4netns", proof: ["slirp4netns"], why: "lets the hosts reach package servers, without forwarding here" },
  { name: "nftables", proof: ["nft"], why: "disconnects a host on the rehearsal's own bridge" },
  { name: "util-linux", proof: ["unshare", "nsenter"], why: "starts the hosts in their own namespaces" },
  {
    name: "openssh-client",
    proof: ["ssh", "ssh-keygen", "ssh-agent"],
    why: "creates the hosts' keys, and connects to them",
  },
  {
    name: "debian-archive-keyring",
    proof: ["/usr/share/keyrings/debian-archive-keyring.gpg"],
    why: "checks the signatures of the packages in a host's root",
  },
  { name: "shellcheck", proof: ["shellcheck"], why: "checks shell files and the scripts that are sent to hosts" },
  {
    name: "ca-certificates",
    proof: ["/etc/ssl/certs/ca-certificates.crt"],
    why: "verifies the servers of downloads",
  },
];

/**
 * Helm is obtained only when an interrupted release has to be recovered.
 * @type {ToolName[]}
 */
const toolsOfUp = ["pulumi", "pulumi-language-nodejs"];

/**
 * Decides what to install.
 *
 * @param {Purpose} purpose
 * @param {Facts} facts
 * @returns {Plan}
 */
export function plan(purpose, facts) {
  const notes = [];
  const problems = [];
  const linuxRoot = facts.platform === "linux" && facts.root;
  const sandbox = purpose === "start" || (purpose === "test" && linuxRoot);

  if (purpose === "start" && facts.platform !== "linux") {
    problems.push(
      `A rehearsal runs its hosts in Linux namespaces, but this is ${facts.platform}. ` +
        "Run it in a Linux virtual machine; npm run up, render and check-config work here.",
    );
  } else if (purpose === "start" && !facts.root) {
    problems.push("A rehearsal creates networks, mounts and hosts on this machine, which needs root: sudo npm start");
  }
  if (purpose === "test" && !linuxRoot) {
    notes.push("not root on Linux: tests with real daemons and hosts are skipped");
  }
  const missing = facts.missingPackages.filter(({ name }) => sandbox || (purpose === "check" && name === "shellcheck"));
  if (problems.length === 0 && missing.length > 0 && !(facts.apt && facts.root)) {
    const why = facts.apt ? "where you may not install them" : "which has no apt-get to install them";
    problems.push(
      `Missing on this machine, ${why}:\n${describe(missing)}\n` +
        "These are Debian's names; install packages with the same commands, and run this again.",
    );
  }
  if (problems.length > 0) return { steps: [], notes: [], problems };

  /** @type {Step[]} */
  const steps = [];
  if (facts.policyLeftBehind && facts.root) steps.push({ kind: "restore-policy" });
  if (missing.length > 0) steps.push({ kind: "machine-packages", packages: missing });
  if (facts.nodeModules !== "fit") steps.push({ kind: "node-modules", state: facts.nodeModules });
  if (sandbox) steps.push({ kind: "tools", names: TOOL_NAMES });
  if (purpose === "up") steps.push({ kind: "tools", names: toolsOfUp });
  return { steps, notes, problems };
}

/**
 * One line for each package.
 *
 * @param {MachinePackage[]} packages
 * @returns {string}
 */
export const describe = (packages) => packages.map(({ name, why }) => `  ${name}: ${why}`).join("\n");
