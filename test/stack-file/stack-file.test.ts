import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultBalancerOptions } from "../../components/load-balancer/balancer-options.ts";
import { defaultNginxOptions } from "../../components/load-balancer/nginx/config/nginx-options.ts";
import { describeProblems } from "../../components/program/problem.ts";
import { readSettings } from "../../components/stack-file/stack-file.ts";
import type { StackFileSource } from "../../components/stack-file/stack-file.ts";
import { defaultNginxImage } from "../../components/program/versions.ts";
import { readStackYaml } from "../../operations/stack/stack-yaml.ts";
import { issue } from "../support/certificates.ts";
import { casesOf, goodSource, kubeconfig, linesOf, now, topics } from "../stack-files/stack-file-case.ts";

const host = {
  name: "lb-1",
  address: "192.0.2.10",
  hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIgO7Rd0hFRU3UhPq0lq7bpXtCmHzO7un6Ofhjcyc7Vq",
};
const server = { name: "server-1", address: "192.0.2.11" };

function settingsOf(source: StackFileSource) {
  const read = readSettings(source);
  if ("problems" in read) throw new Error(describeProblems(read.problems));
  return read.settings;
}

describe.each(topics)("a wrong stack file: %s", (topic) => {
  it.each(casesOf(topic))("$name", ({ source, problems }) => {
    expect(problems).not.toHaveLength(0);

    expect(linesOf(source)).toEqual(problems);
  });
});

describe("all wrong stack files", () => {
  it("are at least sixty", () => {
    expect(topics.flatMap(casesOf).length).toBeGreaterThanOrEqual(60);
  });

  it("never quote a secret", () => {
    const reported = topics.flatMap(casesOf).flatMap(({ source }) => linesOf(source));

    expect(reported.join("\n")).not.toContain("canary");
  });
});

describe("a good stack file", () => {
  it("yields settings with every default filled in", () => {
    expect(readSettings(goodSource())).toEqual({
      settings: {
        mode: "high-availability",
        hostname: "rancher.example.com",
        version: "2.15.2",
        replicas: 3,
        chartRepository: "https://releases.rancher.com/server-charts/stable",
        cluster: { distribution: "existing", servers: [{ name: "server-1", address: "192.0.2.11" }] },
        loadBalancer: {
          kind: "nginx",
          layer: 4,
          hosts: [
            {
              name: "lb-1",
              address: "192.0.2.10",
              user: "root",
              port: 22,
              hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIgO7Rd0hFRU3UhPq0lq7bpXtCmHzO7un6Ofhjcyc7Vq",
              insecureIgnoreHostKey: false,
            },
          ],
          ports: { http: 80, https: 443 },
          upstreamPorts: { http: 80, https: 443 },
          proxyProtocol: false,
          runAs: "host",
          package: "distribution",
          image: defaultNginxImage,
          options: defaultNginxOptions,
          sites: [],
        },
        tls: { source: "rancher" },
        certManager: { version: "1.21.2", chartRepository: "https://charts.jetstack.io" },
        chartValues: {},
      },
      warnings: [],
    });
  });

  it("reads the certificates of further CAs", async () => {
    const ca = await issue({ name: "Company CA", ca: true, now });
    const good = goodSource();
    const readFile = (path: string) => (path === "certificates/company-ca.pem" ? `Subject: x\n${ca.pem}` : undefined);

    const tls = { source: "rancher", additionalTrustedCAs: "certificates/company-ca.pem" };
    const settings = settingsOf({ ...good, values: { ...good.values, tls }, readFile });

    expect(settings).toMatchObject({ tls: { source: "rancher" }, additionalTrustedCAs: `${ca.pem.trim()}\n` });
  });

  it("may have the form the engine passes: everything at the top level as text", () => {
    const good = goodSource();
    const asText = Object.entries({ ...good.values, replicas: 5 }).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);

    expect(settingsOf({ ...good, values: Object.fromEntries(asText) })).toEqual({
      ...settingsOf(good),
      replicas: 5,
    });
  });

  it("applies the defaults of ssh to hosts and jump hosts, and lets a host override them", () => {
    const { loadBalancer } = settingsOf({
      ...goodSource(),
      values: {
        ...goodSource().values,
        ssh: { user: "ops", port: 2222, jumpHost: { address: "192.0.2.1", insecureIgnoreHostKey: true } },
        loadBalancer: {
          kind: "nginx",
          hosts: [
            { name: "lb-1", address: "192.0.2.10", insecureIgnoreHostKey: true },
            { name: "lb-2", address: "lb-2.example.com", user: "root", port: 22, insecureIgnoreHostKey: true },
          ],
        },
      },
    });

    const jumpHost = { address: "192.0.2.1", user: "ops", port: 2222, insecureIgnoreHostKey: true };
    expect(loadBalancer).toMatchObject({
      hosts: [
        { name: "lb-1", address: "192.0.2.10", user: "ops", port: 2222, insecureIgnoreHostKey: true, jumpHost },
        { name: "lb-2", address: "lb-2.example.com", user: "root", port: 22, insecureIgnoreHostKey: true, jumpHost },
      ],
    });
  });

  it.each([
    [
      { tls: { source: "letsEncrypt", email: "ops@example.com" } },
      "tls",
      { source: "letsEncrypt", email: "ops@example.com", environment: "production" },
    ],
    [
      { loadBalancer: { kind: "external" }, cluster: { distribution: "existing" } },
      "loadBalancer",
      { kind: "external" },
    ],
    [{ loadBalancer: { kind: "none" } }, "loadBalancer", { kind: "none" }],
    [{ chartRepository: "oci://registry.example.com/charts" }, "chartRepository", "oci://registry.example.com/charts"],
    [{ chartRepository: "stable" }, "chartRepository", "https://releases.rancher.com/server-charts/stable"],
    [{ chartRepository: "http://127.0.0.1:8080/charts" }, "chartRepository", "http://127.0.0.1:8080/charts"],
    [{ chartValues: { auditLog: { enabled: true } } }, "chartValues", { auditLog: { enabled: true } }],
    [{ version: "2.11.3" }, "version", "2.11.3"],
    ...[
      { version: "2.11.3", chartValues: { auditLog: { level: 1 } } },
      { chartValues: { auditLog: { level: 0 } } },
      { chartValues: { auditLog: { enabled: false, level: 1 } } },
    ].map((values) => [values, "chartValues", values.chartValues] as [object, string, unknown]),
    [
      {
        cluster: {
          distribution: "existing",
          version: "v1.36.2+k3s1",
          ingressController: "traefik",
          servers: [{ name: "a", address: "2001:db8::1" }],
        },
      },
      "cluster",
      {
        distribution: "existing",
        version: "v1.36.2+k3s1",
        ingressController: "traefik",
        servers: [{ name: "a", address: "2001:db8::1" }],
      },
    ],
  ] as const)("accepts %j", (change, key, expected) => {
    const good = goodSource();

    expect(settingsOf({ ...good, values: { ...good.values, ...change } })).toHaveProperty(key, expected);
  });

  it.each([
    [{ replicas: "1" }, "rancher:replicas is 1: Rancher is unavailable whenever that pod moves. Three is usual."],
    [
      {
        loadBalancer: { kind: "nginx", hosts: [{ name: "lb-1", address: "192.0.2.10", insecureIgnoreHostKey: true }] },
      },
      "rancher:loadBalancer.hosts[0].insecureIgnoreHostKey is true: anyone between here and 192.0.2.10 can impersonate it and receive everything this stack runs there. Pin its key: ssh-keyscan -t ed25519 192.0.2.10",
    ],
    [
      { cluster: { distribution: "existing", servers: [{ name: "a", address: "a.example.com" }, server] } },
      "rancher:cluster.servers[0].address is the name a.example.com. With several servers, only nginx 1.27.3 and newer resolves names again; hosts with an older nginx are rejected. An IP address works with every nginx.",
    ],
    [
      { loadBalancer: { kind: "nginx", hosts: [host], runAs: "container", image: "nginx:1.28.0-alpine" } },
      "rancher:loadBalancer.image is nginx 1.28.0, which has known vulnerabilities. They are fixed in 1.30.4 and 1.31.3; use one of those or a later version.",
    ],
    [
      {
        loadBalancer: { kind: "nginx", hosts: [host], ports: { http: 8080 } },
        tls: { source: "letsEncrypt", email: "ops@example.com" },
      },
      "rancher:loadBalancer.ports.http is 8080, but Let's Encrypt connects only to port 80 of rancher:hostname. Something in front of the load balancer has to forward that port here.",
    ],
    [
      { chartRepository: "http://charts.example.com" },
      "rancher:chartRepository is http://charts.example.com, without TLS: anyone in between can change what is installed. Use https://.",
    ],
  ])("accepts %j with a warning", (change, warning) => {
    const good = goodSource();

    const read = readSettings({ ...good, values: { ...good.values, ...change } });

    expect("settings" in read).toBe(true);
    expect(describeProblems(read.warnings)).toBe(warning);
  });

  it.each([
    [
      "one server by name",
      { cluster: { distribution: "existing", servers: [{ name: "a", address: "a.example.com" }] } },
    ],
    [
      "names among several if nginx is new enough",
      {
        cluster: { distribution: "existing", servers: [{ name: "a", address: "a.example.com" }, server] },
        loadBalancer: { kind: "nginx", hosts: [host], package: "nginx.org" },
      },
    ],
    [
      "an image by its digest alone",
      {
        loadBalancer: {
          kind: "nginx",
          hosts: [host],
          runAs: "container",
          image: `registry.example.com:5000/proxies/nginx@sha256:${"0".repeat(64)}`,
        },
      },
    ],
    [
      "empty lists at layer 4, and options that are off by default",
      { loadBalancer: { kind: "nginx", hosts: [host], sites: [], proxyProtocol: false, nginx: { logFormat: "json" } } },
    ],
  ])("accepts %s without a warning", (_, change) => {
    const good = goodSource();

    expect(readSettings({ ...good, values: { ...good.values, ...change } })).toMatchObject({
      settings: {},
      warnings: [],
    });
  });

  it("keeps the options set for a load balancer, and adds the defaults for the rest", () => {
    const good = goodSource();
    const { loadBalancer } = settingsOf({
      ...good,
      values: {
        ...good.values,
        tls: { source: "secret", certificate: { onHost: "/etc/ssl/r.pem" }, privateKey: { onHost: "/etc/ssl/r.key" } },
        loadBalancer: {
          kind: "nginx",
          layer: 7,
          hosts: [host, { ...host, name: "lb-2", address: "192.0.2.20" }],
          ports: { https: 8443 },
          upstreamPorts: { http: 30080 },
          method: "round_robin",
          timeouts: { connect: 5 },
          floatingAddress: { address: "192.0.2.9", interface: "bond0.12", virtualRouterId: 7 },
          runAs: "container",
          versionAccess: ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"],
          nginx: { hsts: { preload: true }, statusPort: 8081, resolvers: ["192.0.2.53"] },
        },
      },
    });

    expect(loadBalancer).toMatchObject({
      ports: { http: 80, https: 8443 },
      upstreamPorts: { http: 30080, https: 443 },
      floatingAddress: { address: "192.0.2.9", interface: "bond0.12", virtualRouterId: 7 },
      runAs: "container",
      image: defaultNginxImage,
      versionAccess: ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"],
      options: {
        ...defaultNginxOptions,
        method: "round_robin",
        timeouts: { ...defaultNginxOptions.timeouts, connect: 5 },
        hsts: { maxAge: 63_072_000, includeSubDomains: true, preload: true },
        statusPort: 8081,
        resolvers: ["192.0.2.53"],
      },
    });
  });

  it("has no nginx settings if HAProxy is the load balancer", () => {
    const good = goodSource();
    const { loadBalancer } = settingsOf({
      ...good,
      values: {
        ...good.values,
        loadBalancer: {
          kind: "haproxy",
          hosts: [host, { ...host, name: "lb-2", address: "192.0.2.20" }],
          proxyProtocol: true,
          floatingAddress: { address: "192.0.2.9" },
        },
      },
    });

    expect(loadBalancer).toEqual({
      kind: "haproxy",
      layer: 4,
      hosts: [expect.objectContaining({ name: "lb-1" }), expect.objectContaining({ name: "lb-2" })],
      ports: { http: 80, https: 443 },
      upstreamPorts: { http: 80, https: 443 },
      proxyProtocol: true,
      floatingAddress: { address: "192.0.2.9", virtualRouterId: 84 },
      options: defaultBalancerOptions,
    });
  });

  it("accepts secrets whose text is unknown", () => {
    const good = goodSource();

    expect(linesOf({ ...good, secrets: {}, sealed: ["kubeconfig", "sshPrivateKey", "sshPrivateKeyPassword"] })).toEqual(
      [],
    );
  });
});

describe("the project's own stack files", () => {
  const read = (stack: string) => readStackYaml(join(import.meta.dirname, "../..", `Pulumi.${stack}.yaml`), now);

  it("dev is valid as it is", () => {
    expect(readSettings(read("dev"))).toMatchObject({ settings: { mode: "single-node" }, warnings: [] });
  });

  it("prod lacks only the user's own values", () => {
    const { values, ...rest } = read("prod");
    const { loadBalancer } = values as { loadBalancer: { hosts: object[] } };
    const hosts = loadBalancer.hosts.map((host) => ({ ...host, hostKey: pinned }));

    expect(
      linesOf({ ...rest, values: { ...values, loadBalancer: { ...loadBalancer, hosts } }, secrets: { kubeconfig } }),
    ).toEqual([]);
  });
});

const pinned = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIgO7Rd0hFRU3UhPq0lq7bpXtCmHzO7un6Ofhjcyc7Vq";

describe("values that JSON cannot express", () => {
  it.each([
    ["a Set, from !!set", new Set(["a"]), "is a Set, from a YAML tag such as !!set, !!omap or !!binary."],
    ["a Map, from !!omap", new Map([["a", 1]]), "is a Map, from a YAML tag such as !!set, !!omap or !!binary."],
    ["bytes, from !!binary", Buffer.from("a"), "is a Buffer, from a YAML tag such as !!set, !!omap or !!binary."],
    ["a list that contains itself", selfReferencing(), "contains itself through a YAML anchor."],
    ["an endless text", "a".repeat(200_000), "is 200000 characters long."],
  ])("are refused: %s", (_, value, message) => {
    const good = goodSource();

    const lines = linesOf({ ...good, values: { ...good.values, chartValues: { deep: value } } });

    expect(lines).toEqual([
      expect.stringContaining(`rancher:chartValues.deep${Array.isArray(value) ? "[0]" : ""} ${message}`),
    ]);
  });

  it("rejects excessive nesting", () => {
    const good = goodSource();
    let nested: unknown = {};
    for (let level = 0; level < 10_000; level++) nested = [nested];

    const lines = linesOf({ ...good, values: { ...good.values, chartValues: { nested } } });

    expect(lines).toEqual([expect.stringContaining("is nested more than 32 levels deep.")]);
  });

  it.each([
    ["at the top", '{"__proto__": {"mode": "single-node"}}', "rancher:__proto__"],
    ["inside", '{"chartValues": {"__proto__": {}}}', "rancher:chartValues.__proto__"],
  ])("a key __proto__ %s is reported as unknown", (_, json, key) => {
    const good = goodSource();
    const entries = [...Object.entries(good.values), ...Object.entries(JSON.parse(json) as object)];

    expect(linesOf({ ...good, values: Object.fromEntries(entries) as Record<string, unknown> })).toEqual([
      `${key} is not a known key. Leave it out.`,
    ]);
  });
});

function selfReferencing(): unknown[] {
  const list: unknown[] = [];
  list.push(list);
  return list;
}
