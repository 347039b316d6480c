import { describe, expect, it } from "vitest";
import { renderEngineInstall } from "../../components/docker/engine/engine-install-script.ts";
import type { releases } from "../support/scripts/fake-system.ts";
import { edited } from "../support/scripts/shell.ts";
import { changing, FakeDockerMachine } from "./support/fake-docker-machine.ts";

interface Refusal {
  readonly release?: keyof typeof releases;
  /** Turns the machine into one that is refused. */
  readonly spoil?: (machine: FakeDockerMachine) => void;
  /** The path that the script checks, and what is there in the test. */
  readonly looks?: readonly [string, string];
  readonly code: number;
  readonly words: string;
}

const refusals: Readonly<Record<string, Refusal>> = {
  "if Docker is installed as a snap": {
    looks: ["/snap/bin/docker", "/bin/sh"],
    code: 10,
    words: "this machine has Docker as a snap, which cannot use folders of the machine. Remove it (snap remove docker)",
  },
  "if the release of the system is unknown": {
    spoil: (machine) => machine.write("/etc/os-release", 'ID=debian\nPRETTY_NAME="Debian sid"\n'),
    code: 10,
    words: "/etc/os-release of Debian sid does not contain its release",
  },
  "without the tools that check the key": {
    release: "rocky",
    looks: ["command -v gpg", "command -v no-gpg-is-here"],
    code: 10,
    words: "this machine lacks gpg or curl, which check Docker's key. Install gnupg2 and curl",
  },
  "if the key cannot be downloaded": {
    release: "rocky",
    spoil: (machine) => machine.tool("curl", "exit 6"),
    code: 20,
    words: "gpg cannot be downloaded; curl's output is above",
  },
  "if the key is invalid": {
    release: "rocky",
    spoil: (machine) =>
      machine.tool("gpg", 'case "$*" in *--import*) echo "no valid OpenPGP data" >&2; exit 2 ;; esac'),
    code: 20,
    words: "gpg contains no keys: no valid OpenPGP data",
  },
  "if rpm does not accept the key": {
    release: "rocky",
    spoil: (machine) =>
      machine.tool("rpm", 'case "$*" in *--import*) exit 1 ;; "-q ca-certificates") ;; -q*) exit 1 ;; esac'),
    code: 20,
    words: "rpm does not accept Docker's key; its output is above",
  },
};

describe("Docker Engine is not installed", () => {
  it.each(Object.entries(refusals))("%s", async (_, { release = "debian", spoil, looks, code, words }) => {
    using machine = new FakeDockerMachine(release);
    spoil?.(machine);
    const [looked = "", found = ""] = looks ?? [];
    // The test machine's own must not be visible.
    const script = edited(renderEngineInstall({ user: "ops" }), (text) =>
      (looked === "" ? text : text.replaceAll(looked, found))
        .replaceAll("command -v dockerd", "false")
        .replaceAll("/usr/lib/apt/apt-helper", "apt-helper"),
    );

    const end = await machine.run(script, { name: "docker" });

    expect([end.code, machine.said(end)]).toEqual([code, expect.stringContaining(words)]);
    expect(changing(machine.calls()).filter((call) => /docker-ce|containerd|^usermod/.test(call))).toEqual([]);
  });

  it("for a user who cannot be given access", async () => {
    using machine = new FakeDockerMachine("debian");
    machine.tool("usermod", "exit 6");

    const end = await machine.install();

    expect([end.code, end.stderr]).toEqual([
      30,
      expect.stringContaining("ops cannot be added to the group docker; usermod's output is above"),
    ]);
  });

  it.each([
    ["start", "Docker Engine does not start. See: journalctl -u docker"],
    ["reload", "Docker Engine does not reload its options. See: journalctl -u docker"],
  ])("completely if systemd does not %s it", async (verb, words) => {
    using machine = new FakeDockerMachine("debian", { engine: verb === "reload" });
    machine.tool(
      "systemctl",
      `case "$*" in *is-active*) ${verb === "reload" ? "" : "exit 3"} ;; ${verb}*) exit 1 ;; esac`,
    );
    if (verb === "reload")
      machine.tool("docker", 'case "$*" in *LiveRestore*) echo false ;; *Swarm*) echo inactive ;; esac');

    const end = await machine.install();

    expect([end.code, end.stderr]).toEqual([40, expect.stringContaining(words)]);
  });
});
