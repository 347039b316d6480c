import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { dockerConnection, type DockerConnection } from "../../../components/docker/engine/docker-connection.ts";
import { localHost, sshHost, type SshHost } from "../../../components/host/host.ts";
import { sshArguments } from "../../../components/host/ssh-options.ts";
import { dockerHost } from "../../support/dev-stack.ts";

const over = (overrides: Partial<SshHost> = {}) =>
  dockerConnection(sshHost({ ...dockerHost, ...overrides })) as DockerConnection;

/** Such a host, without a host key. */
function unpinned(): SshHost {
  const { hostKey: _, ...rest } = dockerHost;
  return { ...rest, insecureIgnoreHostKey: true };
}

const jumpHost = {
  address: "192.0.2.2",
  user: "jump",
  port: 2222,
  hostKey: "ssh-ed25519 AAAAjump",
  insecureIgnoreHostKey: false,
};

/** How ssh itself interprets the options. It does not connect. */
function understood(options: readonly string[]): Map<string, string> {
  const { stdout } = spawnSync("ssh", ["-F", "none", "-G", ...options, "192.0.2.30"], { encoding: "utf8" });
  return new Map(stdout.split("\n").map((line) => [line.split(" ")[0] ?? "", line.slice(line.indexOf(" ") + 1)]));
}
const hasSsh = spawnSync("ssh", ["-V"]).status === 0;

describe("dockerConnection", () => {
  it("leaves this machine's engine to the provider", () => {
    expect(dockerConnection(localHost("local"))).toBeUndefined();
  });

  it("verifies the machine by the pinned key alone, and signs in by keys of the agent alone", () => {
    expect(over()).toEqual({
      host: "ssh://ops@192.0.2.30:22",
      sshOpts: [
        ...["-F", "/dev/null", "-T"],
        ...["-o", "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAAC3Nza"],
        ...["-o", "StrictHostKeyChecking=yes"],
        ...["-o", "UserKnownHostsFile=/dev/null"],
        ...sshArguments({ own: [] }).slice(3),
      ],
      disableDockerDaemonCheck: true,
    });
  });

  it("writes users, IPv6 addresses and ports in URL form", () => {
    expect(over({ user: "o@ps", address: "2001:db8::30", port: 2200 }).host).toBe("ssh://o%40ps@[2001:db8::30]:2200");
  });

  it("skips host key verification only if the stack file says so", () => {
    const { sshOpts } = dockerConnection(unpinned()) as DockerConnection;

    expect(sshOpts).toContain("StrictHostKeyChecking=no");
    expect(sshOpts.join(" ")).not.toContain("KnownHostsCommand");
  });

  it("goes through a jump host, verified by its own key", () => {
    const [proxy, ...more] = over({ jumpHost }).sshOpts.filter((option) => option.startsWith("ProxyCommand="));

    expect(more).toEqual([]);
    expect(proxy).toBe(
      "ProxyCommand=ssh -F /dev/null -T -o 'KnownHostsCommand=/bin/echo %%H ssh-ed25519 AAAAjump' " +
        `-o StrictHostKeyChecking=yes -o UserKnownHostsFile=/dev/null ${sshArguments({ own: [] }).slice(3).join(" ")} ` +
        "-W '[%h]:%p' -p 2222 -l jump -- 192.0.2.2",
    );
  });

  it.skipIf(!hasSsh)("is interpreted by ssh as intended", () => {
    const settings = understood(over({ jumpHost }).sshOpts);

    expect(settings.get("knownhostscommand")).toBe("/bin/echo %H ssh-ed25519 AAAAC3Nza");
    expect(settings.get("stricthostkeychecking")).toBe("true");
    expect(settings.get("userknownhostsfile")).toBe("/dev/null");
    expect(settings.get("batchmode")).toBe("yes");
    expect(settings.get("proxycommand")).toContain("/bin/echo %%H ssh-ed25519 AAAAjump");
  });
});
