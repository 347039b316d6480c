import { describe, expect, it } from "vitest";
import { defaultNginxOptions } from "../../components/load-balancer/nginx/config/nginx-options.ts";
import { describeProblems } from "../../components/program/problem.ts";
import { readSettings } from "../../components/stack-file/stack-file.ts";
import type { SingleNodeSettings } from "../../components/stack-file/settings.ts";
import { defaultNginxImage } from "../../components/program/versions.ts";
import { goodSingleNode } from "../stack-files/stack-file-case.ts";

const pinned = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIgO7Rd0hFRU3UhPq0lq7bpXtCmHzO7un6Ofhjcyc7Vq";
const digest = `sha256:${"0".repeat(64)}`;

function read(change: Readonly<Record<string, unknown>>, sealed: readonly string[] = []) {
  const good = goodSingleNode();
  return readSettings({ ...good, sealed, values: { ...good.values, ...change } });
}

function settingsOf(
  change: Readonly<Record<string, unknown>> = {},
  sealed: readonly string[] = [],
): SingleNodeSettings {
  const result = read(change, sealed);
  if ("problems" in result) throw new Error(describeProblems(result.problems));
  return result.settings as SingleNodeSettings;
}

const shortest = { hostname: "rancher.localhost", version: undefined, docker: undefined };

describe("a stack file of a single node", () => {
  it("accepts mode and hostname alone: this machine's Docker, nginx in a container, a generated CA", () => {
    expect(settingsOf(shortest)).toEqual({
      mode: "single-node",
      hostname: "rancher.localhost",
      version: "2.15.2",
      docker: {
        host: { kind: "local" },
        engine: "existing",
        image: "rancher/rancher:v2.15.2",
        publish: { http: 60080, https: 60443 },
        arguments: [],
        environment: {},
        backup: { keep: 7, folder: "/home/ops/rancher-backups" },
      },
      loadBalancer: {
        kind: "nginx",
        layer: 7,
        ports: { http: 80, https: 443 },
        runAs: "container",
        package: "distribution",
        image: defaultNginxImage,
        options: defaultNginxOptions,
        sites: [],
      },
      tls: { source: "generated" },
    } satisfies SingleNodeSettings);
  });

  it("may have the form the engine passes: everything at the top level as text", () => {
    const docker = { cpus: 1.5, memory: "8g", host: { name: "a", address: "192.0.2.20", hostKey: pinned } };

    expect(settingsOf({ docker: JSON.stringify(docker) }).docker).toEqual(settingsOf({ docker }).docker);
  });

  it("accepts a host over SSH, with the defaults of ssh applied", () => {
    const { docker } = settingsOf({
      ssh: { user: "ops", port: 2222, jumpHost: { address: "192.0.2.1", hostKey: pinned } },
      docker: { host: { name: "rancher-1", address: "192.0.2.20", hostKey: pinned }, engine: "install" },
    });

    expect(docker.host).toEqual({
      kind: "ssh",
      name: "rancher-1",
      address: "192.0.2.20",
      user: "ops",
      port: 2222,
      hostKey: pinned,
      insecureIgnoreHostKey: false,
      jumpHost: { address: "192.0.2.1", user: "ops", port: 2222, hostKey: pinned, insecureIgnoreHostKey: false },
    });
    expect(docker.backup.folder).toBe("/var/backups/rancher");
  });

  it("keeps the options set for Docker, and adds the defaults for the rest", () => {
    const { docker } = settingsOf({
      docker: {
        ...(goodSingleNode().values["docker"] as object),
        image: `registry.example.com:5000/rancher/rancher:v2.15.2@${digest}`,
        memory: "8g",
        cpus: 0.5,
        auditLog: {},
        arguments: ["--features=fleet=false", "--debug"],
        environment: { CATTLE_TLS_MIN_VERSION: "1.3" },
        proxy: { https: "http://proxy.example.com:3128", noProxy: ["10.0.0.0/8", ".example.com", "192.0.2.7", "*"] },
        registry: "registry.example.com:5000",
        backup: { keep: 30, schedule: "Sun *-*-* 03:00", folder: "/srv/backups" },
        restore: "rancher-2.15.2-20261101T030000Z.tar.gz",
      },
    });

    expect(docker).toMatchObject({
      image: `registry.example.com:5000/rancher/rancher:v2.15.2@${digest}`,
      memory: "8g",
      cpus: 0.5,
      auditLog: { level: 1, maxAge: 10, maxBackups: 10, maxSize: 100 },
      arguments: ["--features=fleet=false", "--debug"],
      environment: { CATTLE_TLS_MIN_VERSION: "1.3" },
      proxy: { https: "http://proxy.example.com:3128", noProxy: ["10.0.0.0/8", ".example.com", "192.0.2.7", "*"] },
      registry: "registry.example.com:5000",
      backup: { keep: 30, schedule: "Sun *-*-* 03:00", folder: "/srv/backups" },
      restore: "rancher-2.15.2-20261101T030000Z.tar.gz",
    });
    expect(docker.proxy).not.toHaveProperty("http");
    expect(docker).not.toHaveProperty("adopt");
  });

  it.each([
    [undefined, { http: 80, https: 443 }],
    [{ https: 8443 }, { http: 80, https: 8443 }],
  ])("without nginx publishes Rancher itself as %j, with its own certificate", (publish, ports) => {
    const { docker, loadBalancer, tls } = settingsOf({
      docker: { ...(goodSingleNode().values["docker"] as object), publish },
      loadBalancer: { kind: "none" },
    });

    expect({ loadBalancer, tls }).toEqual({ loadBalancer: { kind: "none", ports }, tls: { source: "rancher" } });
    expect(docker.publish).toEqual(ports);
  });

  it("accepts nginx as a package of the host, with Rancher's ports beside nginx's own", () => {
    const { docker, loadBalancer } = settingsOf({
      docker: { ...(goodSingleNode().values["docker"] as object), publish: { http: 8080 } },
      loadBalancer: { kind: "nginx", runAs: "host", package: "nginx.org", ports: { https: 8443 } },
    });

    expect(loadBalancer).toMatchObject({ runAs: "host", package: "nginx.org", ports: { http: 80, https: 8443 } });
    expect(docker.publish).toEqual({ http: 8080, https: 60443 });
  });

  it("accepts a certificate that is on the host, without a key from here", () => {
    const files = { certificate: { onHost: "/etc/ssl/r.pem" }, privateKey: { onHost: "/etc/ssl/r.key" } };

    expect(settingsOf({ tls: { source: "secret", ...files } }).tls).toEqual({
      source: "secret",
      certificate: { from: "host", certificate: "/etc/ssl/r.pem", privateKey: "/etc/ssl/r.key" },
    });
  });

  it.each(["daily", "weekly", "*-*-01 03:00", "Mon..Fri 22:30", "Sun 03:00 Europe/Berlin"])(
    "accepts a backup at %j",
    (schedule) => {
      const docker = { ...(goodSingleNode().values["docker"] as object), backup: { schedule } };

      expect(settingsOf({ docker }).docker.backup.schedule).toBe(schedule);
    },
  );
});

describe("warnings about a single node", () => {
  const docker = (change: object) => ({ docker: { ...(goodSingleNode().values["docker"] as object), ...change } });

  it.each<[object, readonly string[], string]>([
    [docker({}), [], ""],
    [
      docker({ memory: "3g" }),
      [],
      "rancher:docker.memory is 3g. Rancher recommends 4g for 5 clusters, and 8g for 15; with less it may be killed.",
    ],
    [
      docker({ backup: { schedule: "hourly" } }),
      [],
      "rancher:docker.backup.schedule is hourly: Rancher is stopped every time while its data is copied. Daily is usual.",
    ],
    [
      { docker: { host: { name: "a", address: "192.0.2.20", insecureIgnoreHostKey: true } } },
      [],
      "rancher:docker.host.insecureIgnoreHostKey is true: anyone between here and 192.0.2.20 can impersonate it and receive everything this stack runs there. Pin its key: ssh-keyscan -t ed25519 192.0.2.20",
    ],
    [
      docker({}),
      ["sshPrivateKey"],
      "rancher:sshPrivateKey is used for the scripts on the Docker host. Docker's own connection uses only keys of the SSH agent: add the same key with ssh-add.",
    ],
    [
      { loadBalancer: { kind: "nginx", image: "nginx:1.28.0" } },
      [],
      "rancher:loadBalancer.image is nginx 1.28.0, which has known vulnerabilities. They are fixed in 1.30.4 and 1.31.3; use one of those or a later version.",
    ],
  ])("include for %j with secrets %j", (change, sealed, warning) => {
    const result = read(change as Readonly<Record<string, unknown>>, sealed);

    expect("settings" in result).toBe(true);
    expect(describeProblems(result.warnings)).toBe(warning);
  });
});
