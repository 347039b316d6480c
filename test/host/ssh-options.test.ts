import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dockerConnection } from "../../components/docker/engine/docker-connection.ts";
import { sshHost } from "../../components/host/host.ts";
import { sshArguments } from "../../components/host/ssh-options.ts";
import { sshCommand } from "../../operations/host-access/ssh-options.ts";
import { dockerHost } from "../support/dev-stack.ts";
import { sourceFiles } from "../support/source-files.ts";

const hostile = `Host *
  ForwardAgent yes
  ForwardX11 yes
  PermitLocalCommand yes
  LocalCommand touch /tmp/local-command
  LocalForward 127.0.0.1:4000 127.0.0.1:22
  RemoteForward 4001 127.0.0.1:22
  DynamicForward 4002
  Tunnel yes
  ProxyJump evil.example.com
  ControlMaster auto
  ControlPath /tmp/%C
  StrictHostKeyChecking no
  UserKnownHostsFile /tmp/hostile
  BatchMode no
`;

/** What must hold whatever a configuration says, as `ssh -G` prints it. */
const required = {
  forwardagent: "no",
  forwardx11: "no",
  permitlocalcommand: "no",
  clearallforwardings: "yes",
  tunnel: "false",
  controlmaster: "false",
  batchmode: "yes",
  stricthostkeychecking: "true",
} as const;

const host = sshHost(dockerHost);
const files = { knownHosts: "/private/known_hosts", privateKey: "/private/key" };
const callers: Readonly<Record<string, readonly string[]>> = {
  "the Docker provider": dockerConnection(host)?.sshOpts ?? [],
  "a script from here": sshCommand(host, files, "true").slice(0, -3),
};
const hasSsh = spawnSync("ssh", ["-V"]).status === 0;

describe.skipIf(!hasSsh).each(Object.entries(callers))("the ssh of %s", (_, args) => {
  const folder = mkdtempSync(join(tmpdir(), "ssh-options-"));
  const config = join(folder, "config");
  beforeAll(() => writeFileSync(config, hostile, { mode: 0o600 }));
  afterAll(() => rmSync(folder, { recursive: true }));

  const effective = (...more: readonly string[]): Readonly<Record<string, string>> => {
    const { stdout } = spawnSync("ssh", ["-G", ...args, ...more, "192.0.2.30"], { encoding: "utf8" });
    const lines = stdout.split("\n").map((line) => [line.split(" ")[0] ?? "", line.slice(line.indexOf(" ") + 1)]);
    return Object.fromEntries(lines) as Record<string, string>;
  };

  it("reads no configuration of the user or the system", () => {
    expect(args.slice(0, 2)).toEqual(["-F", "/dev/null"]);
    expect(effective()).toMatchObject(required);
  });

  it("forwards nothing and runs no local command, even with a hostile configuration", () => {
    const settings = effective("-F", config);

    // Proof that the hostile configuration was read: nothing else sets this option.
    expect(settings["localcommand"]).toBe("touch /tmp/local-command");
    expect(settings).toMatchObject(required);
    for (const absent of ["proxyjump", "proxycommand", "controlpath"]) expect(settings).not.toHaveProperty(absent);
    expect(settings["userknownhostsfile"]).not.toContain("hostile");
  });

  it("uses the ciphers of the installed OpenSSH", () => {
    const { stdout } = spawnSync("ssh", ["-F", "none", "-G", "192.0.2.30"], { encoding: "utf8" });

    for (const name of ["ciphers", "macs", "kexalgorithms"])
      expect(stdout.split("\n")).toContain(`${name} ${effective()[name]}`);
  });
});

it("starts ssh with these options only", () => {
  const starting = [...sourceFiles("components"), ...sourceFiles("operations")].filter(({ text }) =>
    /\["ssh",|spawn\("ssh"|ProxyCommand=|ForwardAgent=|StrictHostKeyChecking=/.test(text),
  );

  expect(starting.map(({ path }) => path).sort()).toEqual([
    "components/docker/engine/docker-connection.ts",
    "components/host/ssh-options.ts",
    "operations/host-access/run-on-host.ts",
    "operations/host-access/ssh-options.ts",
  ]);
  expect(sshArguments({ own: [] }).slice(0, 2)).toEqual(["-F", "/dev/null"]);
});
