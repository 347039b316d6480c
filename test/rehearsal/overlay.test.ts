import { describe, expect, it } from "vitest";
import { overlay, wantedMachines, type WorldFacts } from "../../rehearsal/overlay.ts";

const world: WorldFacts = {
  hosts: new Map([["lb-1", { address: "198.18.0.11", hostKey: "ssh-ed25519 WORLD" }]]),
  nodes: new Map([["server-1", { address: "198.18.0.12" }]]),
  kubeconfig: "world's kubeconfig",
  sshPrivateKey: "world's key",
  bootstrapPassword: "world's password",
  certificate: { chain: "world's chain", privateKey: "world's TLS key", caCertificate: "world's CA" },
  chartRepository: "http://127.0.0.1:1",
};

const values = {
  hostname: "rancher.example.com",
  ssh: { user: "ops", jumpHost: { address: "192.0.2.1" } },
  cluster: {
    distribution: "existing",
    version: "v1.36.2",
    ingressController: "ingress-nginx",
    servers: [{ name: "server-1", address: "192.0.2.11" }],
  },
  loadBalancer: {
    kind: "nginx",
    hosts: [
      {
        name: "lb-1",
        address: "192.0.2.10",
        privateAddress: "10.0.0.10",
        port: 2222,
        insecureIgnoreHostKey: true,
        jumpHost: { address: "192.0.2.1" },
      },
    ],
  },
  tls: { source: "secret", certificate: "certificates/rancher.pem", chain: "certificates/chain.pem" },
  certManager: { version: "1.21.1" },
};

describe("the machines a stack file wants", () => {
  it("are its balancer hosts with user and port, and its servers", () => {
    expect(wantedMachines(values)).toEqual({
      hosts: [{ name: "lb-1", user: "ops", port: 2222 }],
      nodes: ["server-1"],
      ingressController: "ingress-nginx",
    });
  });

  it("are one node and no host where it names none", () => {
    expect(wantedMachines({ loadBalancer: { kind: "external" }, cluster: { distribution: "existing" } })).toEqual({
      hosts: [],
      nodes: ["server-1"],
      ingressController: "traefik",
    });
  });

  it("are signed in to as root at port 22 unless it says otherwise", () => {
    const { hosts } = wantedMachines({ loadBalancer: { hosts: [{ name: "lb-1" }] } });

    expect(hosts).toEqual([{ name: "lb-1", user: "root", port: 22 }]);
  });
});

describe("the overlay", () => {
  it("puts the world in the place of everything that is of the real one, and keeps the rest", () => {
    expect(overlay(values, ["bootstrapPassword"], world).values).toEqual({
      hostname: "rancher.example.com",
      ssh: { user: "ops" },
      cluster: {
        distribution: "existing",
        ingressController: "ingress-nginx",
        servers: [{ name: "server-1", address: "198.18.0.12" }],
      },
      loadBalancer: {
        kind: "nginx",
        hosts: [{ name: "lb-1", address: "198.18.0.11", hostKey: "ssh-ed25519 WORLD", port: 2222 }],
      },
      tls: { source: "secret", certificate: "world's chain", caCertificate: "world's CA" },
      chartRepository: "http://127.0.0.1:1",
      certManager: { version: "1.21.1", chartRepository: "http://127.0.0.1:1" },
    });
  });

  it("gives secrets of its own, each only where the stack file has that secret", () => {
    expect(overlay(values, ["bootstrapPassword", "sshPrivateKeyPassword"], world).secrets).toEqual({
      kubeconfig: "world's kubeconfig",
      sshPrivateKey: "world's key",
      tlsPrivateKey: "world's TLS key",
      bootstrapPassword: "world's password",
    });
    const bare = { hostname: "rancher.example.com", tls: { source: "rancher" } };
    expect(overlay(bare, [], world).secrets).toEqual({ kubeconfig: "world's kubeconfig" });
  });

  it("leaves the chart repositories alone where the vendors' answer", () => {
    const { chartRepository: _ours, ...reachable } = world;

    const { values: overlaid, replaced } = overlay(values, [], reachable);

    expect(overlaid["chartRepository"]).toBeUndefined();
    expect(overlaid["certManager"]).toEqual({ version: "1.21.1" });
    expect(replaced.join("\n")).not.toContain("chart");
  });

  it("says what it replaced, and no value with it", () => {
    const { replaced } = overlay(values, ["bootstrapPassword"], world);

    expect(replaced).toEqual([
      "addresses and host keys of the load balancer's hosts, and the key that opens them",
      "the cluster: its addresses, its version and its kubeconfig",
      "the certificate for the hostname, its key and its CA",
      "the bootstrap password",
      "the chart repositories, by one on this machine with charts written for rehearsals",
    ]);
  });

  it("leaves what is wrong in a stack file for the program to refuse", () => {
    const wrong = { cluster: "k3s", loadBalancer: { hosts: "lb-1" }, tls: ["secret"] };

    expect(overlay(wrong, [], world).values["tls"]).toEqual(["secret"]);
    expect(wantedMachines(wrong).hosts).toEqual([]);
  });
});
