import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { dockerContext, readStackInput } from "../../components/program/stack-input.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { issue } from "../support/certificates.ts";
import type { Issued } from "../support/certificates.ts";
import { kubeconfigFor } from "../support/kubernetes-api.ts";
import { prodConfiguration } from "../support/prod-configuration.ts";
import { hostKey } from "../support/prod-stack.ts";
import { valueOf } from "../support/value-of.ts";

const kubeconfig = kubeconfigFor("https://192.0.2.1:6443");
const canary = "canary-bootstrap-password";

const read = (overrides: Record<string, unknown> = {}, secrets: Record<string, string> = { kubeconfig }) =>
  synthesise(readStackInput, { stack: "prod", ...prodConfiguration(secrets, overrides) });

async function refusal(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("the stack file was accepted"),
    (error: Error) => error,
  );
}

let warnings: string[];
beforeEach(() => {
  warnings = [];
  vi.spyOn(pulumi.log, "warn").mockImplementation(async (message) => void warnings.push(message));
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("readStackInput", () => {
  it("returns settings with their defaults filled in, and no warnings", async () => {
    const { result } = await read();

    expect(result.settings).toMatchObject({
      mode: "high-availability",
      hostname: "rancher.example.com",
      version: "2.15.2",
      replicas: 3,
      loadBalancer: { kind: "nginx", layer: 4, hosts: [{ name: "lb-1", user: "ops", port: 22, hostKey }] },
      tls: { source: "rancher" },
    });
    expect(warnings).toEqual([]);
  });

  it("registers nothing", async () => {
    const { registrations } = await read();

    expect(registrations.filter(({ type }) => type !== "pulumi:pulumi:Stack")).toEqual([]);
  });

  it("ignores keys of other namespaces", async () => {
    const { config, secretKeys } = prodConfiguration({ kubeconfig });
    const others = { "kubernetes:context": "elsewhere", "rancherish:hostname": "not.ours" };

    const { result } = await synthesise(readStackInput, {
      stack: "prod",
      config: { ...config, ...others },
      secretKeys,
    });

    expect(result.settings.hostname).toBe("rancher.example.com");
  });

  it("throws every problem in one error that Pulumi prints without a stack trace", async () => {
    const error = await refusal(read({ hostname: "192.0.2.10", verson: "2.15.2", replicas: "many" }));

    expect(pulumi.RunError.isInstance(error)).toBe(true);
    const keys = error.message.split("\n").map((line) => line.split(" ")[0]);
    expect(keys.sort()).toEqual(["rancher:hostname", "rancher:replicas", "rancher:verson"]);
  });

  it("shows warnings with or without problems, one line each", async () => {
    const loadBalancer = {
      kind: "nginx",
      layer: 4,
      hosts: [{ name: "lb-1", address: "192.0.2.10", insecureIgnoreHostKey: true }],
    };

    await read({ loadBalancer });
    await refusal(read({ loadBalancer, hostname: "" }));

    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/^rancher:loadBalancer\.hosts\[0\]\.insecureIgnoreHostKey /);
    expect(warnings[1]).toBe(warnings[0]);
  });

  it("reads a certificate from the file the stack file names, and reports if it cannot", async () => {
    const tls = { source: "secret", certificate: "no/such/file.pem" };

    const error = await refusal(read({ tls }, { kubeconfig, tlsPrivateKey: "canary-private-key" }));

    expect(error.message).toContain("rancher:tls.certificate ");
    expect(error.message).toContain("no/such/file.pem");
    expect(error.message).not.toContain("canary");
  });
});

describe("secrets of a stack file", () => {
  it("are returned only as secret outputs", async () => {
    const { result } = await read({}, { kubeconfig, bootstrapPassword: canary });

    if (result.mode !== "high-availability") return expect.fail(result.mode);
    const { privateKeyOf, ...outputs } = result.secrets;
    expect(Object.keys(outputs)).toEqual(["bootstrapPassword"]);
    expect(await valueOf(result.kubeconfig)).toBe(kubeconfig);
    for (const output of [result.kubeconfig, ...Object.values(outputs)])
      expect(await pulumi.isSecret(output)).toBe(true);
    expect(() => privateKeyOf("rancher")).toThrow("the certificate rancher has no private key in this stack");
    expect(JSON.stringify(result.settings)).not.toContain("canary");
  });

  it("include each site's key, matched to its certificate", async () => {
    const wiki = await issue({ name: "wiki.example.com", hosts: ["wiki.example.com"] });
    const chat = await issue({ name: "chat.example.com", hosts: ["chat.example.com"] });
    const site = (name: string, { pem }: Issued) => ({
      name,
      hostname: `${name}.example.com`,
      upstreams: ["192.0.2.31:8080"],
      certificate: pem,
    });
    const onHosts = { certificate: { onHost: "/etc/ssl/a.pem" }, privateKey: { onHost: "/etc/ssl/a.key" } };
    const loadBalancer = {
      kind: "nginx",
      layer: 7,
      hosts: [{ name: "lb-1", address: "192.0.2.10", hostKey }],
      sites: [site("wiki", wiki), site("chat", chat), { ...site("docs", wiki), ...onHosts }],
    };

    const { result } = await read(
      { loadBalancer, tls: { source: "secret", ...onHosts } },
      { kubeconfig, sitePrivateKeys: `${chat.key}\n${wiki.key}\n` },
    );

    for (const [name, { key }] of Object.entries({ wiki, chat })) {
      const output = pulumi.output(result.secrets.privateKeyOf(name));
      expect(await valueOf(output)).toBe(`${key}\n`);
      expect(await pulumi.isSecret(output)).toBe(true);
    }
    for (const name of ["docs", "rancher"]) expect(() => result.secrets.privateKeyOf(name)).toThrow(name);
    expect(JSON.stringify(result.settings)).not.toContain("PRIVATE KEY");
  });

  it("are recognised by how they were set: in plain text they are reported, and not quoted", async () => {
    const error = await refusal(read({ bootstrapPassword: canary }));

    expect(error.message).toMatch(/^rancher:bootstrapPassword /);
    expect(error.message).toContain("npm run secret -- STACK bootstrapPassword");
    expect(error.message).not.toContain(canary);
  });

  it("are never quoted in problems", async () => {
    const secrets = {
      kubeconfig: "canary: [",
      sshPrivateKey: "canary-ssh",
      sshPrivateKeyPassword: "canary-password",
      tlsPrivateKey: "canary-key",
      sitePrivateKeys: "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----",
      bootstrapPassword: "canary",
    };

    const error = await refusal(read({}, secrets));

    expect(error.message.split("\n").length).toBeGreaterThanOrEqual(4);
    expect(`${error.message}\n${error.stack}`).not.toContain("canary");
  });
});

describe("dockerContext", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "docker-config-"));
    for (const name of ["DOCKER_HOST", "DOCKER_CONTEXT"]) vi.stubEnv(name, undefined);
    vi.stubEnv("DOCKER_CONFIG", folder);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  const config = (text: string) => writeFileSync(join(folder, "config.json"), text);

  it("is the context that the user chose, which the provider would not know", () => {
    config('{ "auths": {}, "currentContext": "desktop-linux" }');

    expect(dockerContext()).toBe("desktop-linux");
  });

  it.each([
    ["no file", undefined],
    ["no context chosen", "{}"],
    ["the default context", '{ "currentContext": "default" }'],
    ["no JSON", "{"],
  ])("is undefined with %s", (_, text) => {
    if (text !== undefined) config(text);

    expect(dockerContext()).toBeUndefined();
  });

  it.each(["DOCKER_HOST", "DOCKER_CONTEXT"])("is undefined if %s is set, which the provider reads itself", (name) => {
    config('{ "currentContext": "desktop-linux" }');
    vi.stubEnv(name, "other");

    expect(dockerContext()).toBeUndefined();
  });
});
