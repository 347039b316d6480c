import { describe, expect, it } from "vitest";
import { overlaySingleNode, wantedMachine, type SingleNodeSandbox } from "../../../rehearsal/single-node/overlay.ts";

const sandbox: SingleNodeSandbox = {
  address: "198.18.0.11",
  hostKey: "ssh-ed25519 WORLD",
  sshPrivateKey: "the world's key",
  bootstrapPassword: "made up",
  certificate: { chain: "chain", privateKey: "key", caCertificate: "ca" },
  images: {
    rancher: { name: "198.18.0.1:5000/rancher/rancher:v2.15.2", digest: "sha256:aa" },
    nginx: { name: "198.18.0.1:5000/nginx:1.22.1", digest: "sha256:bb" },
  },
  backupFolder: "/world/backups",
};
const smallest = { mode: "single-node", hostname: "rancher.localhost", version: "2.15.2" };
const overSsh = {
  name: "docker-1",
  address: "192.0.2.10",
  user: "ops",
  port: 2222,
  hostKey: "ssh-ed25519 REAL",
  jumpHost: { address: "192.0.2.1", user: "jump", port: 22 },
};
const laid = (values: Record<string, unknown>, secretKeys: readonly string[] = []) =>
  overlaySingleNode({ ...smallest, ...values }, secretKeys, sandbox);

describe("the machine that a stack file of a single node needs", () => {
  it("is a simulated machine for this machine's Docker, with nginx in a container", () => {
    expect(wantedMachine(smallest)).toEqual({
      name: "docker-1",
      ports: { http: 80, https: 443 },
      balancer: "nginx in a container",
      tlsSource: "generated",
    });
  });

  it("is a server of that name, user and port if Docker is behind SSH", () => {
    const wanted = wantedMachine({
      docker: { host: overSsh },
      loadBalancer: { runAs: "host", ports: { http: 8080, https: 8443 } },
    });

    expect(wanted).toMatchObject({ name: "docker-1", ssh: { user: "ops", port: 2222 }, ports: { https: 8443 } });
    expect(wanted.balancer).toBe("nginx as a package");
  });

  it("uses user and port of all hosts if the host has none", () => {
    const { ssh } = wantedMachine({ ssh: { user: "admin", port: 2200 }, docker: { host: { name: "docker-1" } } });

    expect(ssh).toEqual({ user: "admin", port: 2200 });
  });

  it.each([
    [{ loadBalancer: { sites: [] } }, "rancher:loadBalancer.sites"],
    [{ docker: { adopt: "old-rancher" } }, "a rehearsal has no container old-rancher"],
    [{ docker: { restore: "an-archive" } }, "a rehearsal has no archive an-archive"],
  ])("may be impossible to simulate: %j", (values, message) => {
    expect(wantedMachine(values).impossible).toContain(message);
  });
});

describe("the overlaid stack file of a single node", () => {
  it("names the sandbox's images, and keeps this machine's Docker", () => {
    const { values, secrets, replaced } = laid({});

    expect(values).toEqual({
      ...smallest,
      docker: { image: "198.18.0.1:5000/rancher/rancher:v2.15.2" },
      loadBalancer: { kind: "nginx", image: "198.18.0.1:5000/nginx:1.22.1" },
    });
    expect(secrets).toEqual({});
    expect(replaced[0]).toBe("this machine's Docker engine, by a separate one");
  });

  it("pins what the user pins", () => {
    const { values } = laid({ docker: { image: "rancher/rancher:v2.15.2@sha256:real" } });

    expect(values["docker"]).toEqual({ image: "198.18.0.1:5000/rancher/rancher:v2.15.2@sha256:aa" });
  });

  it("connects to the sandbox's server, directly and by its key, if Docker is behind SSH", () => {
    const { values, secrets, replaced } = laid({ docker: { host: overSsh, engine: "install", memory: "8g" } });

    expect(values["docker"]).toEqual({
      host: { name: "docker-1", address: "198.18.0.11", user: "ops", port: 2222, hostKey: "ssh-ed25519 WORLD" },
      image: "198.18.0.1:5000/rancher/rancher:v2.15.2",
      memory: "8g",
    });
    expect(secrets).toEqual({ sshPrivateKey: "the world's key" });
    const install = "the installation of Docker Engine, by the server's existing engine";
    expect(replaced).toContain(install);
    expect(laid({ docker: { host: overSsh } }).replaced).not.toContain(install);
  });

  it("keeps backups inside the rehearsal if they would be on this machine", () => {
    expect(laid({ docker: { backup: { keep: 3, folder: "/srv/backups" } } }).values["docker"]).toMatchObject({
      backup: { keep: 3, folder: "/world/backups" },
    });
    expect(laid({ docker: { backup: { keep: 3 } } }).values["docker"]).toMatchObject({ backup: { keep: 3 } });
  });

  it("has a certificate of the sandbox, from the stack if the user's is a file of this machine", () => {
    const onHost = { certificate: { onHost: "/etc/cert.pem" }, privateKey: { onHost: "/etc/key.pem" } };

    const local = laid({ tls: { source: "secret", ...onHost } });
    const remote = laid({ docker: { host: overSsh }, tls: { source: "secret", ...onHost } });

    expect(local.values["tls"]).toEqual({ source: "secret", certificate: "chain", caCertificate: "ca" });
    expect(local.secrets["tlsPrivateKey"]).toBe("key");
    expect(local.hostFiles).toEqual([]);
    expect(remote.hostFiles.map(({ path }) => path)).toEqual(["/etc/cert.pem", "/etc/key.pem"]);
  });

  it("has no nginx if the user has none, and none of the user's DNS servers", () => {
    expect(laid({ loadBalancer: { kind: "none" } }).values["loadBalancer"]).toEqual({ kind: "none" });
    expect(laid({ loadBalancer: { nginx: { resolvers: ["192.0.2.53"], gzip: true } } }).values["loadBalancer"]).toEqual(
      {
        kind: "nginx",
        nginx: { gzip: true },
        image: "198.18.0.1:5000/nginx:1.22.1",
      },
    );
  });

  it("generates a bootstrap password if the user gave one", () => {
    expect(laid({}, ["bootstrapPassword"]).secrets).toEqual({ bootstrapPassword: "made up" });
  });
});
