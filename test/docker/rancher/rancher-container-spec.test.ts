import { describe, expect, it } from "vitest";
import { rancherContainerSpec, rancherHealthcheck } from "../../../components/docker/rancher/rancher-container-spec.ts";
import type {
  DockerSettings,
  SingleNodeSettings,
  SingleNodeTlsSettings,
} from "../../../components/stack-file/settings.ts";
import { devNginx, devSettings, dockerSettings } from "../../support/dev-stack.ts";
import { expectGolden } from "../../support/golden.ts";

const spec = (overrides: Partial<SingleNodeSettings> = {}) =>
  rancherContainerSpec(devSettings(overrides), "rancher/dev");
const withDocker = (docker: Partial<DockerSettings>) => spec({ docker: dockerSettings(docker) });
const certificate = { from: "stack", chain: "CHAIN" } as const;
const withoutNginx: Partial<SingleNodeSettings> = {
  loadBalancer: { kind: "none", ports: { http: 8080, https: 8443 } },
  tls: { source: "rancher" },
};

describe("rancherContainerSpec", () => {
  it("matches the expected spec for a short stack file", () => {
    expectGolden("docker/short.container.json", `${JSON.stringify(spec(), undefined, 2)}\n`);
  });

  it("matches the expected spec with every option", () => {
    const every = spec({
      loadBalancer: devNginx({ runAs: "host" }),
      tls: { source: "secret", certificate },
      docker: dockerSettings({
        memory: "8g",
        cpus: 1.5,
        auditLog: { level: 2, maxAge: 10, maxBackups: 5, maxSize: 100 },
        proxy: {
          http: "http://proxy.example.com:3128",
          https: "http://proxy.example.com:3128",
          noProxy: [".example.com"],
        },
        registry: "registry.example.com:5000",
        arguments: ["--features=fleet=false"],
        environment: { CATTLE_TLS_MIN_VERSION: "1.3", AUDIT_LEVEL: "3" },
      }),
    });

    expectGolden("docker/every-option.container.json", `${JSON.stringify(every, undefined, 2)}\n`);
  });

  const ports = (settings: Partial<SingleNodeSettings>) =>
    spec(settings).ports.map(({ ip, external }) => `${ip}:${external}`);

  it("publishes no port on the host if nginx shares a network with it", () => {
    expect(ports({ loadBalancer: devNginx({ runAs: "container" }) })).toEqual([]);
  });

  it("publishes its ports on loopback alone if nginx is a package of the host", () => {
    const docker = dockerSettings({ publish: { http: 61080, https: 61443 } });

    expect(ports({ loadBalancer: devNginx({ runAs: "host" }), docker })).toEqual([
      "127.0.0.1:61080",
      "127.0.0.1:61443",
    ]);
  });

  it("serves all clients itself only without nginx", () => {
    expect(ports(withoutNginx)).toEqual(["0.0.0.0:8080", "0.0.0.0:8443"]);
  });

  // Rancher exits at startup if it gets a CA's certificate together with --no-cacerts (rancher, pkg/tls).
  const trusts: [string, Partial<SingleNodeSettings>, { command: string[]; privateCa: boolean }][] = [
    ["a generated certificate", { tls: { source: "generated" } }, { command: [], privateCa: true }],
    [
      "a private CA's certificate",
      { tls: { source: "secret", certificate, caCertificate: "CA" } },
      { command: [], privateCa: true },
    ],
    [
      "a public CA's certificate",
      { tls: { source: "secret", certificate } },
      { command: ["--no-cacerts"], privateCa: false },
    ],
    ["Rancher's own certificate", withoutNginx, { command: [], privateCa: false }],
  ];

  it.each(trusts)("configures whom agents trust: %s", (_, settings, expected) => {
    const { command, privateCa } = spec(settings);

    expect({ command, privateCa }).toEqual(expected);
  });

  it("passes either --no-cacerts or a CA if nginx ends TLS, never both or neither", () => {
    const sources: SingleNodeTlsSettings[] = [
      { source: "generated" },
      { source: "secret", certificate },
      { source: "secret", certificate, caCertificate: "CA" },
    ];

    for (const tls of sources) {
      const { command, privateCa } = spec({ tls });
      expect(command.includes("--no-cacerts")).toBe(!privateCa);
    }
  });

  it("appends the stack file's arguments to its own, and lets the stack file's variables win", () => {
    const { command, environment } = spec({
      tls: { source: "secret", certificate },
      docker: dockerSettings({
        arguments: ["--debug"],
        registry: "one.example.com",
        environment: { CATTLE_SYSTEM_DEFAULT_REGISTRY: "other.example.com" },
      }),
    });

    expect(command).toEqual(["--no-cacerts", "--debug"]);
    expect(environment).toEqual({ CATTLE_SYSTEM_DEFAULT_REGISTRY: "other.example.com" });
  });

  it("shows its environment in a label, because the environment itself is a secret", () => {
    const { labels } = withDocker({ environment: { B: "2", A: "1" } });

    expect(labels["rancher.environment"]).toBe("A=1 B=2");
    expect(labels["rancher.stack"]).toBe("rancher/dev");
    expect(labels["rancher.version"]).toBe("2.15.2");
  });

  it("reaches its own Kubernetes without a proxy, whatever the stack file adds", () => {
    const { environment } = withDocker({
      proxy: { https: "http://proxy.example.com:3128", noProxy: ["localhost", ".example.com"] },
    });

    expect(environment["HTTP_PROXY"]).toBeUndefined();
    expect(environment["NO_PROXY"]).toBe(
      "localhost,127.0.0.1,0.0.0.0,10.0.0.0/8,cattle-system.svc,.svc,.cluster.local,.example.com",
    );
  });

  it.each([
    ["8g", 8192],
    ["1536m", 1536],
    ["4194304k", 4096],
    ["4294967296b", 4096],
  ])("reads %s of memory as %i MiB", (memory, mebibytes) => {
    expect(withDocker({ memory }).memory).toBe(mebibytes);
  });

  it("sets no limits that were not requested", () => {
    expect(spec()).not.toHaveProperty("memory");
    expect(spec()).not.toHaveProperty("cpus");
  });
});

describe("rancherHealthcheck", () => {
  // The provider reads durations back in Go's notation; 60s would come back as 1m0s, a difference at every run.
  it("writes durations in Go's notation", () => {
    const { interval, timeout, startPeriod } = rancherHealthcheck;

    for (const time of [interval, timeout, startPeriod]) expect(time).toMatch(/^((\d+h)?[1-5]?\dm)?[1-5]?\ds$/);
  });

  it("probes Rancher as nginx does, because a redirect to HTTPS would count as success", () => {
    expect(rancherHealthcheck.tests.join(" ")).toContain("--fail");
    expect(rancherHealthcheck.tests).toContain("X-Forwarded-Proto: https");
  });
});
