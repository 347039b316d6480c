import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { renderDockerHostChecks } from "../../../components/docker/host/docker-host-checks.ts";
import { sshHost, type SshHost } from "../../../components/host/host.ts";
import type { ShellScript } from "../../../components/host/shell/link.ts";
import { findContainerScript, readFoundContainer } from "../../../operations/single-node/found-container.ts";
import { runOnHost, type HostKeys } from "../../../operations/host-access/run-on-host.ts";
import { DockerRefused, type DockerEngine } from "../../../rehearsal/docker/docker-engine.ts";
import { dockerOnHost } from "../../../rehearsal/docker/docker-on-host.ts";
import type { Host } from "../../../rehearsal/sandbox/host.ts";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { shell } from "../../support/scripts/shell.ts";

describe.skipIf(process.getuid?.() !== 0)("a command's script, over real SSH", () => {
  const folder = mkdtempSync(join(tmpdir(), "run-on-host-"));
  let sandbox: Sandbox;
  let made: Host;
  let host: SshHost;
  let jumpHost: SshHost;
  let keys: HostKeys;

  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    made = await sandbox.addHost({ name: "rancher-1", user: "ops", port: 2222 });
    const jump = await sandbox.addHost({ name: "jump", user: "jump", port: 22 });
    [host, jumpHost] = [sshTo(made), sshTo(jump)];
    keys = { privateKey: sandbox.privateKey };
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
    vi.unstubAllEnvs();
  });

  const sshTo = ({ name, address, user, port, hostKey }: Host) =>
    sshHost({ name, address, user, port, hostKey, insecureIgnoreHostKey: false });
  const run = async (on: SshHost, text: string | ShellScript, withKeys: HostKeys = keys) => {
    const said: string[] = [];
    const body = typeof text === "string" ? shell(text) : text;
    const script = { name: "look", title: "looks around", body, timeoutSeconds: 60 };
    const printed = await runOnHost({ host: on, script, keys: withKeys, log: (line) => said.push(line) });
    return { printed, said };
  };

  it("runs as root by the stack's key, whatever the agent and the user's configuration contain", async () => {
    vi.stubEnv("SSH_AUTH_SOCK", "/nowhere");

    expect(await run(host, 'say "on $(uname -n)"\nid -u\n')).toEqual({ printed: "0\n", said: ["on rancher-1"] });
  });

  it("runs with a key that has a passphrase", async () => {
    const file = join(folder, "locked");
    copyFileSync(sandbox.privateKeyFile, file);
    execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "hunter2", "-f", file]);
    const privateKey = readFileSync(file, "utf8");

    expect((await run(host, "id -u\n", { privateKey, privateKeyPassword: "hunter2" })).printed).toBe("0\n");
    await expect(run(host, "id -u\n", { privateKey, privateKeyPassword: "wrong" })).rejects.toThrow(
      "rejects the SSH key",
    );
  });

  it("runs through a jump host, each host with its own pinned key", async () => {
    const { address, user, port } = jumpHost;
    const through = (hostKey: string): SshHost => ({
      ...host,
      jumpHost: { address, user, port, hostKey, insecureIgnoreHostKey: false },
    });

    expect((await run(through(jumpHost.hostKey ?? ""), "uname -n\n")).printed).toBe("rancher-1\n");
    await expect(run(through(host.hostKey ?? ""), "uname -n\n")).rejects.toThrow(
      /rancher-1 .* (host key|cannot be reached)/,
    );
  });

  it("does not run on a machine with another host key", async () => {
    await expect(run({ ...host, hostKey: jumpHost.hostKey ?? "" }, "id\n")).rejects.toThrow("shows another host key");
  });

  it("reports a host that does not respond", async () => {
    await expect(run({ ...host, port: 9 }, "id\n")).rejects.toThrow("cannot be reached over SSH");
  });

  describe("with a Docker engine on the host", () => {
    let engine: DockerEngine | undefined;
    beforeAll(async () => {
      try {
        engine = await dockerOnHost(made);
      } catch (error) {
        if (!(error instanceof DockerRefused)) throw error;
        console.warn(`no Docker here: ${error.message}`);
      }
    }, 120_000);
    afterAll(() => engine?.close());

    it("inspects a container without transferring the values of its variables", async (test) => {
      if (engine === undefined) return test.skip();
      await made.exec([
        "sh",
        "-c",
        "tar -C / -cf - bin lib lib64 usr/bin/sleep usr/bin/du usr/lib | docker import -c 'ENV CATTLE_SERVER_VERSION=v2.14.3' -c 'ENV AUDIT_LEVEL=0' - rancher/rancher:v2.14.3",
      ]);
      const options = [
        "-d",
        "--name",
        "old",
        "--network",
        "host",
        "--restart",
        "unless-stopped",
        "-v",
        "/opt/rancher:/var/lib/rancher",
        "-v",
        "logs:/var/log/auditlog",
      ];
      const variables = ["-e", "AUDIT_LEVEL=2", "-e", "PASSWORD=hunter2\nSECOND=line"];
      await engine.mustDocker("run", ...options, ...variables, "rancher/rancher:v2.14.3", "sleep", "600");

      const said: string[] = [];
      const printed = await runOnHost({
        host,
        keys,
        script: findContainerScript("old"),
        log: (line) => said.push(line),
      });

      expect(printed).not.toContain("hunter2");
      expect(readFoundContainer(printed)).toMatchObject({
        container: "old",
        running: true,
        image: "rancher/rancher:v2.14.3",
        version: "2.14.3",
        data: "bind /opt/rancher",
        mounts: expect.arrayContaining([
          "bind /opt/rancher /var/lib/rancher",
          "volume logs /var/log/auditlog",
        ]) as string[],
        variables: ["AUDIT_LEVEL", "PASSWORD"],
        restart: "unless-stopped",
      });
      expect(said).toEqual([]);
    });

    it("passes the host checks for Rancher, or prints the reason", async (test) => {
      if (engine === undefined) return test.skip();
      const body = renderDockerHostChecks({ ports: [80, 443], containers: ["rancher"] });
      const taken = renderDockerHostChecks({ ports: [2222], containers: ["rancher"] });

      const { said } = await run(host, body);

      expect(said.at(-1)).toBe("unchanged: this machine can run Rancher");
      await expect(run(host, taken)).rejects.toThrow("exit code 10");
    });

    it("gives the SSH user access to Docker only if that is allowed", async (test) => {
      if (engine === undefined) return test.skip();
      const body = renderDockerHostChecks({ user: "ops", ports: [], containers: [] });

      await expect(run(host, body)).rejects.toThrow("exit code 10");
      await made.exec([
        "sh",
        "-c",
        "groupadd -f docker; usermod -aG docker ops; chgrp docker /run/docker.sock; chmod 660 /run/docker.sock",
      ]);

      expect((await run(host, body)).said.at(-1)).toBe("unchanged: this machine can run Rancher");
    });
  });
});
