import { describe, expect, it } from "vitest";
import type { SshHost } from "../../../components/host/host.ts";
import { knownHosts, sshCommand } from "../../../operations/host-access/ssh-options.ts";

const host: SshHost = {
  kind: "ssh",
  name: "rancher-1",
  address: "192.0.2.20",
  user: "ops",
  port: 2222,
  hostKey: "ssh-ed25519 AAAAhost console, 2026",
  insecureIgnoreHostKey: false,
};
const jumpHost = {
  address: "2001:db8::1",
  user: "jump",
  port: 22,
  hostKey: "ecdsa-sha2-nistp256 AAAAjump",
  insecureIgnoreHostKey: false,
};
const files = { knownHosts: "/private/known_hosts", privateKey: "/private/key" };
const options = (args: readonly string[]) => args.flatMap((word, index) => (args[index - 1] === "-o" ? [word] : []));

describe("the SSH connection to a host", () => {
  it("trusts the pinned keys alone, under our own host aliases", () => {
    expect(knownHosts({ ...host, jumpHost })).toBe(
      "rancher-host ssh-ed25519 AAAAhost\nrancher-jump-host ecdsa-sha2-nistp256 AAAAjump\n",
    );
    expect(options(sshCommand(host, files, "true"))).toEqual(
      expect.arrayContaining([
        "StrictHostKeyChecking=yes",
        'UserKnownHostsFile="/private/known_hosts"',
        "GlobalKnownHostsFile=/dev/null",
        "HostKeyAlias=rancher-host",
        "HostKeyAlgorithms=ssh-ed25519",
        "BatchMode=yes",
        "ControlPath=none",
      ]),
    );
  });

  it("follows the stack file: the user's configuration is ignored", () => {
    const args = sshCommand(host, files, "echo hello");

    expect(args.slice(0, 3)).toEqual(["-F", "/dev/null", "-T"]);
    expect(args.slice(-7)).toEqual(["-l", "ops", "-p", "2222", "--", "192.0.2.20", "echo hello"]);
  });

  it("uses the stack's key and no other, or the agent", () => {
    expect(options(sshCommand(host, files, "true"))).toEqual(
      expect.arrayContaining(['IdentityFile="/private/key"', "IdentitiesOnly=yes", "IdentityAgent=none"]),
    );
    const agent = options(sshCommand(host, { knownHosts: "/private/known_hosts" }, "true"));
    expect(agent).toContain("IdentityFile=none");
    expect(agent.filter((option) => /^Identit(iesOnly|yAgent)/.test(option))).toEqual([]);
  });

  it("goes through a jump host with its own pinned key", () => {
    const [, ...proxy] =
      /^ProxyCommand=(.*)$/.exec(
        options(sshCommand({ ...host, jumpHost }, files, "true")).find((option) => option.startsWith("ProxyCommand")) ??
          "",
      ) ?? [];

    expect(proxy[0]).toMatch(
      /^ssh -F \/dev\/null -T .*HostKeyAlias=rancher-jump-host.* -l jump -p 22 -W 192\.0\.2\.20:2222 -- 2001:db8::1$/,
    );
    expect(proxy[0]).toContain("StrictHostKeyChecking=yes");
  });

  it("uses an askpass program only for a passphrase", () => {
    expect(options(sshCommand(host, { ...files, hasPassphrase: true }, "true"))).toContain("BatchMode=no");
  });

  it("verifies nothing if the stack file says so", () => {
    const { hostKey: _, ...unpinned } = host;

    expect(options(sshCommand({ ...unpinned, insecureIgnoreHostKey: true }, files, "true"))).toContain(
      "StrictHostKeyChecking=no",
    );
  });
});
