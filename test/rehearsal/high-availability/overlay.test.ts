import { describe, expect, it } from "vitest";
import { overlay, wantedMachines, type SandboxFacts } from "../../../rehearsal/high-availability/overlay.ts";

const sandbox: SandboxFacts = {
  hosts: new Map([["lb-1", { address: "198.18.0.11", hostKey: "ssh-ed25519 WORLD" }]]),
  nodes: new Map([["server-1", { address: "198.18.0.12" }]]),
  kubeconfig: "world's kubeconfig",
  sshPrivateKey: "world's key",
  bootstrapPassword: "world's password",
  siteCertificates: new Map(),
  freeAddress: "198.18.0.100",
  certificate: { chain: "world's chain", privateKey: "world's TLS key", caCertificate: "world's CA" },
  chartRepositories: {
    rancher: { original: "https://charts.example.com/rancher", url: "http://127.0.0.1:1" },
    "cert-manager": { original: "https://charts.jetstack.io", url: "http://127.0.0.1:1" },
  },
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
  certManager: { version: "1.21.2" },
};

describe("the machines that a stack file needs", () => {
  const unsaid = {
    balancer: "nginx, layer 4",
    ports: { http: 80, https: 443 },
    ingressPorts: { http: 80, https: 443 },
    sites: [],
    forwardsClientAddress: false,
    containers: false,
  };

  it("are its balancer hosts with user and port, and its servers", () => {
    expect(wantedMachines(values)).toEqual({
      ...unsaid,
      hosts: [{ name: "lb-1", user: "ops", port: 2222 }],
      nodes: ["server-1"],
      ingressController: "ingress-nginx",
    });
  });

  it("are one node and no host if it names none", () => {
    expect(wantedMachines({ loadBalancer: { kind: "external" }, cluster: { distribution: "existing" } })).toEqual({
      ...unsaid,
      balancer: "external, layer 4",
      hosts: [],
      nodes: ["server-1"],
      ingressController: "traefik",
    });
  });

  it("have a Docker engine if nginx is a container", () => {
    const loadBalancer = { runAs: "container", hosts: [{ name: "lb-1" }] };

    expect(wantedMachines({ loadBalancer })).toMatchObject({
      balancer: "nginx in a container, layer 4",
      containers: true,
    });
    expect(wantedMachines({ loadBalancer: { runAs: "container" } }).containers).toBe(false);
  });

  it("are accessed as root at port 22 by default", () => {
    const { hosts } = wantedMachines({ loadBalancer: { hosts: [{ name: "lb-1" }] } });

    expect(hosts).toEqual([{ name: "lb-1", user: "root", port: 22 }]);
  });
});

describe("the overlay", () => {
  it("replaces everything that belongs to the real machines with the sandbox's, and keeps the rest", () => {
    expect(overlay(values, ["bootstrapPassword"], sandbox).values).toEqual({
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
      certManager: { version: "1.21.2", chartRepository: "http://127.0.0.1:1" },
    });
  });

  it("generates secrets, each only if the stack file has that secret", () => {
    expect(overlay(values, ["bootstrapPassword", "sshPrivateKeyPassword"], sandbox).secrets).toEqual({
      kubeconfig: "world's kubeconfig",
      sshPrivateKey: "world's key",
      tlsPrivateKey: "world's TLS key",
      bootstrapPassword: "world's password",
    });
    const bare = { hostname: "rancher.example.com", tls: { source: "rancher" } };
    expect(overlay(bare, [], sandbox).secrets).toEqual({ kubeconfig: "world's kubeconfig" });
  });

  it("keeps the chart repositories if both respond", () => {
    const { chartRepositories: _replaced, ...reachable } = sandbox;

    const { values: overlaid, replaced } = overlay(values, [], reachable);

    expect(overlaid["chartRepository"]).toBeUndefined();
    expect(overlaid["certManager"]).toEqual({ version: "1.21.2" });
    expect(replaced.join("\n")).not.toContain("chart");
  });

  it("replaces a chart repository only if that one does not respond, and names it", () => {
    const { rancher } = sandbox.chartRepositories!;

    const { values: overlaid, replaced } = overlay(values, [], {
      ...sandbox,
      chartRepositories: { rancher: rancher! },
    });

    expect(overlaid["chartRepository"]).toBe("http://127.0.0.1:1");
    expect(overlaid["certManager"]).toEqual({ version: "1.21.2" });
    expect(replaced.filter((line) => line.includes("chart"))).toEqual([
      "the chart repository https://charts.example.com/rancher, which does not answer, by a fake rancher chart",
    ]);
  });

  it("lists what it replaced, without any value", () => {
    const { replaced } = overlay(values, ["bootstrapPassword"], sandbox);

    expect(replaced).toEqual([
      "addresses and host keys of the load balancer's hosts, and their SSH key",
      "the cluster: its addresses, its version and its kubeconfig",
      "the certificate for the hostname, its key and its CA",
      "the bootstrap password",
      "the chart repository https://charts.example.com/rancher, which does not answer, by a fake rancher chart",
      "the chart repository https://charts.jetstack.io, which does not answer, by a fake cert-manager chart",
    ]);
  });

  it("keeps invalid values of a stack file for the program to reject", () => {
    const wrong = { cluster: "k3s", loadBalancer: { hosts: "lb-1" }, tls: ["secret"] };

    expect(overlay(wrong, [], sandbox).values["tls"]).toEqual(["secret"]);
    expect(wantedMachines(wrong).hosts).toEqual([]);
  });
});

describe("the overlay of a load balancer that ends TLS", () => {
  const wiki = { chain: "wiki's chain", privateKey: "wiki's key\n", caCertificate: "world's CA" };
  const blog = { chain: "blog's chain", privateKey: "blog's key\n", caCertificate: "world's CA" };
  const withSites = { ...sandbox, siteCertificates: new Map(Object.entries({ wiki, blog })) };
  const onHost = (path: string) => ({ onHost: path });
  const site = (name: string, rest: object) => ({
    name,
    hostname: `${name}.example.com`,
    upstreams: ["192.0.2.31:8080", "wiki.internal:80"],
    ...rest,
  });
  const layer7 = (rest: object = {}) => ({ ...values, loadBalancer: { ...values.loadBalancer, layer: 7, ...rest } });
  const balancerOf = (stack: object, facts: SandboxFacts = withSites) =>
    overlay(stack as typeof values, [], facts).values["loadBalancer"] as Record<string, unknown>;

  it("replaces the upstreams of further sites with a node's ingress controller", () => {
    const sites = [site("wiki", { certificate: "certificates/wiki.pem", chain: "certificates/chain.pem" })];
    const stack = layer7({ sites, upstreamPorts: { http: 30080 }, nginx: { gzip: true } });

    const { values: overlaid, replaced } = overlay(stack, [], withSites);

    expect(overlaid["loadBalancer"]).toMatchObject({
      layer: 7,
      upstreamPorts: { http: 30080 },
      nginx: { gzip: true },
      sites: [
        {
          name: "wiki",
          hostname: "wiki.example.com",
          upstreams: ["198.18.0.12:30080"],
          certificate: "wiki's chain",
        },
      ],
    });
    expect(replaced).toContain("upstreams of the further sites, by a node of the cluster, and their certificates");
    expect(balancerOf(layer7({ sites }))["sites"]).toMatchObject([{ upstreams: ["198.18.0.12:80"] }]);
  });

  it("drops the intermediates of a local certificate, because the sandbox's needs none", () => {
    const sites = [site("wiki", { certificate: "certificates/wiki.pem", chain: "certificates/chain.pem" })];

    expect(balancerOf(layer7({ sites }))["sites"]).toEqual([
      expect.not.objectContaining({ chain: expect.anything() as string }),
    ]);
  });

  it("returns the keys of all the sites' local certificates, one after another", () => {
    const certificate = "certificates/wild.pem";
    const sites = [site("wiki", { certificate }), site("blog", { certificate })];

    expect(overlay(layer7({ sites }), [], withSites).secrets["sitePrivateKeys"]).toBe("wiki's key\nblog's key\n");
    expect(overlay(layer7(), [], withSites).secrets).not.toHaveProperty("sitePrivateKeys");
  });

  it("places the sandbox's certificates at the paths on the hosts, keys for root alone", () => {
    const files = { certificate: onHost("/etc/ssl/w.pem"), privateKey: onHost("/etc/ssl/w.key") };
    const tls = {
      source: "secret",
      certificate: onHost("/etc/ssl/r.pem"),
      chain: onHost("/etc/ssl/chain.pem"),
      privateKey: onHost("/etc/ssl/r.key"),
    };

    const {
      values: overlaid,
      secrets,
      hostFiles,
    } = overlay({ ...layer7({ sites: [site("wiki", files)] }), tls }, [], withSites);

    expect(overlaid["tls"]).toEqual({ ...tls, caCertificate: "world's CA" });
    expect(overlaid["loadBalancer"]).toMatchObject({ sites: [files] });
    expect(hostFiles).toEqual([
      { path: "/etc/ssl/w.pem", content: "wiki's chain", mode: 0o644 },
      { path: "/etc/ssl/w.key", content: "wiki's key\n", mode: 0o600 },
      { path: "/etc/ssl/r.pem", content: "world's chain", mode: 0o644 },
      { path: "/etc/ssl/chain.pem", content: "world's CA", mode: 0o644 },
      { path: "/etc/ssl/r.key", content: "world's TLS key", mode: 0o600 },
    ]);
    expect(secrets).not.toHaveProperty("tlsPrivateKey");
    expect(secrets).not.toHaveProperty("sitePrivateKeys");
  });

  it("puts the floating address into the hosts' network, and lets the hosts find the interface", () => {
    const floatingAddress = { address: "192.0.2.9", interface: "ens18", virtualRouterId: 7 };
    const stack = { ...values, loadBalancer: { ...values.loadBalancer, floatingAddress } };

    expect(balancerOf(stack)["floatingAddress"]).toEqual({ address: "198.18.0.100", virtualRouterId: 7 });
    expect(overlay(stack, [], sandbox).replaced).toContain("the floating address, by one in the sandbox's network");
  });

  it.each([
    ["looked up", "not named", undefined, "198.18.0.1:5000/nginx:bookworm"],
    ["looked up", "named by version", "nginx:1.30.6", "198.18.0.1:5000/nginx:bookworm"],
    ["pinned", "pinned", `nginx:1.30.6@sha256:${"0".repeat(64)}`, "198.18.0.1:5000/nginx:bookworm@sha256:1"],
  ])("uses the sandbox's nginx, %s, in place of an image that is %s", (_how, _was, image, expected) => {
    const nginxImage = { name: "198.18.0.1:5000/nginx:bookworm", digest: "sha256:1" };
    const loadBalancer = { ...values.loadBalancer, runAs: "container", ...(image !== undefined && { image }) };

    const { values: overlaid, replaced } = overlay({ ...values, loadBalancer }, [], { ...sandbox, nginxImage });

    expect(overlaid["loadBalancer"]).toMatchObject({ runAs: "container", image: expected });
    expect(replaced).toContain("nginx's image, by one with Debian's nginx");
  });

  it("leaves the DNS servers of nginx to the hosts, and keeps its other options", () => {
    const nginx = { resolvers: ["192.0.2.53"], statusPort: 8081 };
    const stack = { ...values, loadBalancer: { ...values.loadBalancer, nginx } };

    expect(balancerOf(stack)["nginx"]).toEqual({ statusPort: 8081 });
    expect(overlay(stack, [], sandbox).replaced).toContain("nginx's DNS servers, by those of the hosts");
  });

  it.each([
    ["layer 7", { layer: 7 }, true],
    ["the PROXY protocol", { proxyProtocol: true }, true],
    ["layer 4", { layer: 4 }, false],
  ])("expects Rancher to see the clients with %s: %s is %s", (_, loadBalancer, forwarded) => {
    expect(wantedMachines({ loadBalancer }).forwardsClientAddress).toBe(forwarded);
  });

  it("checks the ports and sites that the stack file names", () => {
    const sites = [site("wiki", {})];
    const loadBalancer = { ports: { https: 8443 }, upstreamPorts: { http: 30080, https: 30443 }, sites };

    expect(wantedMachines({ loadBalancer })).toMatchObject({
      ports: { http: 80, https: 8443 },
      ingressPorts: { http: 30080, https: 30443 },
      sites: [{ name: "wiki", hostname: "wiki.example.com" }],
    });
  });
});
