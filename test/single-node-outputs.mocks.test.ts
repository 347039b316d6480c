import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { SingleNodeTlsSettings } from "../components/stack-file/settings.ts";
import { type Registration } from "../operations/engine/synthesis.ts";
import { devCanaries, dockerHost, dockerSettings, nginxImage, rancherImage } from "./support/dev-stack.ts";
import { clearTexts, inSecret, namesIn, only } from "./support/registrations.ts";
import {
  authority,
  container,
  local,
  overSsh,
  privateCa,
  publicCa,
  remote,
  synthesiseRecipe,
  withoutNginx,
} from "./support/single-node-recipe.ts";
import { valueOf } from "./support/value-of.ts";

describe("waiting for Rancher on a single node", () => {
  it("returns the version that responds, and no other", async () => {
    const { result } = await synthesiseRecipe({ printed: { "rancher-ready": "as it said" } });

    expect(await valueOf(result.rancherVersion)).toBe("as it said");
  });

  it("starts again after a restore, because the container may be the same", async () => {
    const archive = "rancher-2.15.2-20261101T030000Z";
    const docker = dockerSettings({ restore: archive });
    const [before, after] = await Promise.all([synthesiseRecipe(), synthesiseRecipe({ settings: { docker } })]);

    const texts = [before, after].map(({ registrations }) =>
      String(only(registrations, local, "local-rancher-ready-script").inputs["create"]),
    );
    expect(texts.map((text) => text.includes(archive))).toEqual([false, true]);
  });
});

interface Upload {
  readonly file: string;
  readonly content: unknown;
  readonly permissions: string;
}

function uploadsOf(registrations: readonly Registration[]): Upload[] | undefined {
  return only(registrations, container, "rancher-container").inputs["uploads"] as Upload[] | undefined;
}

const proxy = { https: "http://proxy.example.com:3128", noProxy: [".example.com"] };

describe("the certificate of a single node", () => {
  const uploads = (registrations: readonly Registration[]) =>
    uploadsOf(registrations)?.filter(({ file }) => !file.endsWith("registries.yaml"));
  const nginx = (registrations: readonly Registration[], name = "local-nginx-container-script") =>
    only(registrations, local, name).inputs;

  it("is made on the host: nginx reads its files there, and Rancher gets its CA", async () => {
    const { registrations, result } = await synthesiseRecipe();

    expect(nginx(registrations)["create"]).toContain("/generated/certificate.pem");
    expect(nginx(registrations)["create"]).toContain("/generated/key.pem");
    expect(uploads(registrations)).toEqual([
      { file: "/etc/rancher/ssl/cacerts.pem", content: authority, permissions: "0644" },
    ]);
    expect(only(registrations, container, "rancher-container").inputs).not.toHaveProperty("command");
    expect(await valueOf(result.caCertificate!)).toBe(authority);
  });

  it("is read by a script that changes only with the CA, so that the CA is known at preview until it changes", async () => {
    const { registrations } = await synthesiseRecipe({ settings: overSsh });

    const { create, ...more } = only(registrations, remote, "docker-1-generated-authority-script").inputs;
    expect(String(create).split("\n").slice(2).join("\n")).toBe(
      `if [ "$(id -u)" -eq 0 ]; then exec cat /var/backups/rancher/certificate-authority/rancher.localhost/certificate.pem; fi
exec sudo -n cat /var/backups/rancher/certificate-authority/rancher.localhost/certificate.pem
`,
    );
    expect(more).not.toHaveProperty("delete");
    expect(
      namesIn(only(registrations, "rancher:host:HostScript", "docker-1-generated-authority").dependencies),
    ).toEqual(["docker-1-base-script", "docker-1-generated-certificate-script"]);
  });

  it("comes from the stack with a private CA, which Rancher gives to agents", async () => {
    const { registrations, result } = await synthesiseRecipe({ settings: { tls: privateCa } });

    expect(uploads(registrations)).toEqual([
      { file: "/etc/rancher/ssl/cacerts.pem", content: "CA", permissions: "0644" },
    ]);
    expect(nginx(registrations)["create"]).toContain("CHAIN");
    expect(inSecret(nginx(registrations)["stdin"])).toBe(
      `key_rancher ${Buffer.from(devCanaries.tlsPrivateKey).toString("base64")}\n`,
    );
    expect(await valueOf(result.caCertificate!)).toBe("CA");
  });

  it("comes from the stack with a public CA, and Rancher gives agents no CA", async () => {
    const { registrations, result } = await synthesiseRecipe({ settings: { tls: publicCa } });

    expect(uploads(registrations)).toEqual([]);
    expect(only(registrations, container, "rancher-container").inputs["command"]).toEqual(["--no-cacerts"]);
    expect(result.caCertificate).toBeUndefined();
  });

  it("may already be on the host, and never leaves it", async () => {
    const onHost = { from: "host", certificate: "/etc/ssl/r.pem", privateKey: "/etc/ssl/r.key" } as const;
    const tls: SingleNodeTlsSettings = { source: "secret", certificate: onHost };
    const { registrations } = await synthesiseRecipe({ settings: { tls } });

    expect(nginx(registrations)["create"]).toContain(
      "host\trancher\trancher.localhost\t/etc/ssl/r.pem\t/etc/ssl/r.key",
    );
    expect(nginx(registrations)["stdin"]).toBe("");
  });

  it("is Rancher's own without nginx", async () => {
    const { registrations, result } = await synthesiseRecipe({ settings: withoutNginx });

    expect(uploads(registrations)).toEqual([]);
    expect(only(registrations, container, "rancher-container").inputs).not.toHaveProperty("command");
    expect(result.caCertificate).toBeUndefined();
  });
});

describe("the outputs and secrets of a single node", () => {
  it("are the URL, the running version, and the first password as a secret", async () => {
    const { result } = await synthesiseRecipe({ settings: overSsh, printed: { "rancher-ready": "2.15.2" } });

    expect(await valueOf(result.loadBalancer)).toEqual(["192.0.2.30"]);
    expect(await valueOf(result.rancherVersion)).toBe("2.15.2");
    expect(await valueOf(result.image)).toBe(rancherImage);
    expect(await valueOf(result.bootstrapPassword)).toBe(devCanaries.bootstrapPassword);
    expect(await pulumi.isSecret(result.bootstrapPassword)).toBe(true);
  });

  it.each([
    ["new", false],
    ["kept", true],
  ])("report whether the first password is valid: %s data", async (said, kept) => {
    const { result } = await synthesiseRecipe({ printed: { "rancher-data": said } });

    expect(await valueOf(result.dataKept)).toBe(kept);
  });

  it.each([
    ["on this machine", {}],
    ["over SSH, a private CA", { ...overSsh, tls: privateCa }],
    ["with an engine and a proxy", { docker: dockerSettings({ host: dockerHost, engine: "install", proxy }) }],
  ])("are nowhere in plain text, %s", async (_, settings) => {
    const { registrations } = await synthesiseRecipe({ settings });

    const clear = clearTexts(registrations.map(({ name, inputs }) => [name, inputs])).join("\n");
    for (const canary of Object.values(devCanaries)) {
      expect(clear).not.toContain(canary);
      expect(clear).not.toContain(Buffer.from(canary).toString("base64").slice(0, 16));
    }
  });

  it("all arrive where they are needed", async () => {
    const { registrations } = await synthesiseRecipe({ settings: { ...overSsh, tls: privateCa } });

    const envs = only(registrations, container, "rancher-container").inputs["envs"] as unknown[];
    expect(inSecret(envs.at(-1))).toBe(`CATTLE_BOOTSTRAP_PASSWORD=${devCanaries.bootstrapPassword}`);
    expect(only(registrations, container, "rancher-container").additionalSecretOutputs).toEqual(["envs", "uploads"]);
    const everything = JSON.stringify(registrations);
    for (const canary of [devCanaries.sshPrivateKey, devCanaries.bootstrapPassword])
      expect(everything).toContain(canary);
  });

  it("reach a proxy that requires a password, from Rancher and from an engine that the stack installed", async () => {
    const docker = dockerSettings({ host: dockerHost, engine: "install", proxy });
    const { registrations } = await synthesiseRecipe({ settings: { docker } });

    const url = "http://proxy-user:canary-proxy-password-61fe@proxy.example.com:3128";
    const { envs, labels } = only(registrations, container, "rancher-container").inputs;
    expect(inSecret((envs as unknown[])[0])).toBe(`HTTPS_PROXY=${url}`);
    expect(JSON.stringify(labels)).toContain("HTTPS_PROXY=http://proxy.example.com:3128");
    const engine = only(registrations, remote, "docker-1-docker-engine-script").inputs;
    const [, file = ""] = /^engine_proxy (.*)\n$/.exec(String(inSecret(engine["stdin"]))) ?? [];
    expect(Buffer.from(file, "base64").toString()).toBe(`HTTPS_PROXY=${url}\nNO_PROXY=.example.com\n`);
  });

  it("reach the K3s inside Rancher, readable for root alone", async () => {
    const { registrations } = await synthesiseRecipe({ settings: { tls: publicCa } });

    const [{ content, ...upload } = { content: "" }] = uploadsOf(registrations) ?? [];
    expect(upload).toEqual({ file: "/etc/rancher/k3s/registries.yaml", permissions: "0600" });
    expect(inSecret(content)).toBe(devCanaries.k3sRegistries);
  });

  it("are optional: without them nothing is uploaded", async () => {
    const { registrations } = await synthesiseRecipe({ settings: { tls: publicCa }, secrets: ["tlsPrivateKey"] });

    expect(uploadsOf(registrations)).toBeUndefined();
    expect(only(registrations, container, "rancher-container").additionalSecretOutputs).toEqual(["envs"]);
  });

  it("keep every script readable at preview, with the image of nginx", async () => {
    const { registrations } = await synthesiseRecipe({ preview: true });

    for (const { inputs } of registrations.filter(({ type }) => type === local))
      expect(String(inputs["create"])).toMatch(/^# host local, this machine\n/);
    expect(only(registrations, local, "local-nginx-container-script").inputs["create"]).toContain(nginxImage);
  });
});
