import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readKubeconfig } from "../../../components/cluster/existing/kubeconfig.ts";

const server = "https://192.0.2.1:6443";
const base64 = (text: string) => Buffer.from(text).toString("base64");
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function kubeconfig(user: object, cluster: object = {}): string {
  return stringify({
    clusters: [
      { name: "other", cluster: { server: "https://192.0.2.2:6443" } },
      { name: "mine", cluster: { server, ...cluster } },
    ],
    users: [{ name: "me", user }],
    contexts: [{ name: "here", context: { cluster: "mine", user: "me" } }],
    "current-context": "here",
  });
}

function plugin(body: string): string {
  const path = join(folder, "plugin");
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o700);
  return path;
}

describe("the access a kubeconfig gives", () => {
  it("is that of its current context, verified by its CA", async () => {
    expect(await readKubeconfig(kubeconfig({}, { "certificate-authority-data": base64("CA") }))).toEqual({
      server,
      ca: "CA",
      rejectUnauthorized: true,
    });
  });

  it("uses a proxy, another server name, or no verification only if the kubeconfig says so", async () => {
    const cluster = {
      "proxy-url": "http://192.0.2.9:3128",
      "tls-server-name": "api.example.com",
      "insecure-skip-tls-verify": true,
    };

    expect(await readKubeconfig(kubeconfig({}, cluster))).toEqual({
      server,
      proxy: "http://192.0.2.9:3128",
      servername: "api.example.com",
      rejectUnauthorized: false,
    });
  });

  it.each([
    "ops:hunter2@proxy.example.com:3128",
    "http://ops:hunter2@proxy example:3128",
    "socks5://ops:hunter2@192.0.2.9",
  ])("rejects an invalid proxy, without its password in the error: %s", async (proxy) => {
    const error: unknown = await readKubeconfig(kubeconfig({}, { "proxy-url": proxy })).catch(
      (reason: unknown) => reason,
    );

    expect(inspect(error)).toContain("has a proxy-url that is not an http:// or https:// URL.");
    expect(inspect(error)).not.toContain("hunter2");
  });

  it("requires the server to be a URL, and does not quote an invalid one", async () => {
    const error: unknown = await readKubeconfig(kubeconfig({}, { server: "https://ops:hunter2@api example" })).catch(
      (reason: unknown) => reason,
    );

    expect(inspect(error)).toContain("has a server that is not a URL.");
    expect(inspect(error)).not.toContain("hunter2");
  });

  it("comes from inlined certificate and key, or from files", async () => {
    const inlined = { "client-certificate-data": base64("CERT"), "client-key-data": base64("KEY") };
    writeFileSync(join(folder, "cert"), "CERT");
    writeFileSync(join(folder, "key"), "KEY");
    const files = { "client-certificate": join(folder, "cert"), "client-key": join(folder, "key") };

    for (const user of [inlined, files]) {
      expect(await readKubeconfig(kubeconfig(user))).toMatchObject({ cert: "CERT", key: "KEY" });
    }
  });

  it.each([
    ["a token", () => ({ token: "T" }), "Bearer T"],
    ["a token file", () => ({ tokenFile: write("token", "T\n"), token: "old" }), "Bearer T"],
    ["name and password", () => ({ username: "u", password: "p" }), `Basic ${base64("u:p")}`],
  ])("comes from %s", async (_, user, authorization) => {
    expect((await readKubeconfig(kubeconfig(user()))).authorization).toBe(authorization);
  });

  it("comes from a credential plugin, which gets its arguments and environment", async () => {
    const command = plugin(
      `case $KUBERNETES_EXEC_INFO in *'"interactive":false'*) ;; *) exit 1 ;; esac
echo "{\\"status\\":{\\"token\\":\\"$1-$EXTRA\\"}}"`,
    );
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command,
      args: ["a"],
      env: [{ name: "EXTRA", value: "b" }],
    };

    expect((await readKubeconfig(kubeconfig({ exec }))).authorization).toBe("Bearer a-b");
  });
});

describe("a kubeconfig that gives no access", () => {
  it("names a plugin that fails, and quotes none of its output", async () => {
    const command = plugin("echo canary-token; exit 3");
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command };

    await expect(readKubeconfig(kubeconfig({ exec }))).rejects.toThrow(
      `uses ${command} for credentials, which returned none (3).`,
    );
  });

  it("names a file that does not exist", async () => {
    await expect(readKubeconfig(kubeconfig({ tokenFile: "/nowhere/token" }))).rejects.toThrow(
      "names the file /nowhere/token, which cannot be read on this machine. Put its content into the kubeconfig.",
    );
  });
});

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}
