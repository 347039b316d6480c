import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { sshHost, type Host } from "../../components/host/host.ts";
import { HostScript, type HostScriptArgs } from "../../components/host/host-script.ts";
import { renderShortScript } from "../../components/host/script.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { balancerHost, hostKey } from "../support/prod-stack.ts";
import { clearTexts, inSecret, listed, nameIn, only } from "../support/registrations.ts";
import { shell } from "../support/scripts/shell.ts";
import { valueOf } from "../support/value-of.ts";

const remote = "command:remote:Command";
const local = "command:local:Command";
const lb1: Host = sshHost(balancerHost());
const here: Host = { kind: "local", name: "here", stateDir: "/home/ops/.rancher" };
const rendered = (host: Host, body: string, timeoutSeconds = 900) =>
  renderShortScript(host, { name: "motd", title: "greets", body: shell(body), timeoutSeconds });

function build(overrides: Partial<HostScriptArgs> = {}): HostScript {
  return new HostScript("lb-1-motd", {
    host: lb1,
    credentials: {},
    script: "motd",
    title: "greets",
    create: shell("say hello"),
    ...overrides,
  });
}

const synthesiseScript = (overrides: () => Partial<HostScriptArgs> = () => ({}), preview = false) =>
  synthesise(() => build(overrides()), { stack: "prod", preview, state: () => ({ stdout: "printed" }) });

describe("a script on a host over SSH", () => {
  it("is one remote command in one component", async () => {
    const { registrations } = await synthesiseScript();

    expect(listed(registrations)).toEqual([`${remote} lb-1-motd-script`, "rancher:host:HostScript lb-1-motd"]);
    expect(nameIn(only(registrations, remote, "lb-1-motd-script").parent)).toBe("lb-1-motd");
    expect(only(registrations, "rancher:host:HostScript", "lb-1-motd").inputs).toEqual({});
  });

  it("passes exactly these inputs to the provider", async () => {
    const { registrations } = await synthesiseScript();

    const { connection, ...inputs } = only(registrations, remote, "lb-1-motd-script").inputs;
    expect(inputs).toEqual({
      create: rendered(lb1, "say hello"),
      delete: rendered(lb1, 'run_undo "$name"'),
      stdin: "",
      addPreviousOutputInEnv: false,
      logging: "stderr",
    });
    expect(inSecret(connection)).toEqual({
      host: "192.0.2.10",
      port: 22,
      user: "ops",
      hostKey,
      dialErrorLimit: 18,
      perDialTimeout: 5,
    });
  });

  it("may have a different text for update and delete, and a different timeout", async () => {
    const { registrations } = await synthesiseScript(() => ({
      update: shell("U"),
      delete: shell("D"),
      timeoutSeconds: 60,
    }));

    expect(only(registrations, remote, "lb-1-motd-script").inputs).toMatchObject({
      create: rendered(lb1, "say hello", 60),
      update: rendered(lb1, "U", 60),
      delete: rendered(lb1, "D", 60),
    });
  });

  it("has no trigger that would replace it, so that its delete never undoes what its create has just done", async () => {
    const { registrations } = await synthesiseScript();

    expect(only(registrations, remote, "lb-1-motd-script").inputs).not.toHaveProperty("triggers");
  });

  it("goes through the jump host of the stack file", async () => {
    const jumpHost = { address: "192.0.2.1", user: "jump", port: 2222, hostKey, insecureIgnoreHostKey: false };
    const { registrations } = await synthesiseScript(() => ({ host: { ...lb1, jumpHost } }));

    expect(inSecret(only(registrations, remote, "lb-1-motd-script").inputs["connection"])).toMatchObject({
      host: "192.0.2.10",
      proxy: { host: "192.0.2.1", port: 2222, user: "jump", hostKey },
    });
  });
});

describe("what a script prints on stdout", () => {
  it("is secret and not logged by default", async () => {
    const { registrations, result } = await synthesiseScript();

    const { additionalSecretOutputs, inputs } = only(registrations, remote, "lb-1-motd-script");
    expect([...additionalSecretOutputs].sort()).toEqual(["connection", "stdout"]);
    expect(inputs["logging"]).toBe("stderr");
    expect(await valueOf(result.output)).toBe("printed");
  });

  it("is plain if it holds nothing secret", async () => {
    const { registrations } = await synthesiseScript(() => ({ secretOutput: false }));

    const { additionalSecretOutputs, inputs } = only(registrations, remote, "lb-1-motd-script");
    expect(additionalSecretOutputs).toEqual(["connection"]);
    expect(inputs["logging"]).toBe("stderr");
  });
});

describe("secrets of a script", () => {
  const withSecrets = () => ({
    credentials: { privateKey: pulumi.secret("canary-key"), privateKeyPassword: pulumi.secret("canary-passphrase") },
    secrets: { token: "canary-token", pem: pulumi.secret("canary-pem\nsecond line\n") },
  });

  it("travel on standard input, one line each, encoded so that any text arrives whole", async () => {
    const { registrations } = await synthesiseScript(withSecrets);

    const { stdin } = only(registrations, remote, "lb-1-motd-script").inputs;
    const lines = ["token canary-token", "pem canary-pem\nsecond line\n"].map((line) => {
      const [name = "", ...value] = line.split(" ");
      return `${name} ${Buffer.from(value.join(" ")).toString("base64")}\n`;
    });
    expect(inSecret(stdin)).toBe(lines.join(""));
  });

  it("are nowhere in plain text, neither raw nor encoded", async () => {
    const { registrations } = await synthesiseScript(withSecrets);

    const clear = clearTexts(registrations.map(({ inputs }) => inputs)).join("\n");
    for (const text of ["canary-token", "canary-pem", "canary-key", "canary-passphrase"]) {
      expect(clear).not.toContain(text);
      expect(clear).not.toContain(Buffer.from(text).toString("base64").slice(0, 12));
    }
  });

  it("are hidden even if they were passed in plain text", async () => {
    const { registrations } = await synthesiseScript(() => ({ secrets: { token: "canary-token" } }));

    const line = `token ${Buffer.from("canary-token").toString("base64")}\n`;
    expect(inSecret(only(registrations, remote, "lb-1-motd-script").inputs["stdin"])).toBe(line);
  });

  it("may be unknown in a preview", async () => {
    const { registrations } = await synthesise(
      () => {
        const made = new HostScript("first", { ...plain, script: "first" });
        return new HostScript("second", { ...plain, script: "second", secrets: { token: made.output } });
      },
      { stack: "prod", preview: true },
    );

    expect(listed(registrations).filter((line) => line.startsWith(remote))).toHaveLength(2);
    expect(JSON.stringify(only(registrations, remote, "second-script").inputs["create"])).toContain("say hello");
  });

  const plain = { host: lb1, credentials: {}, title: "greets", create: shell("say hello") };
});

describe("a script on this machine", () => {
  it("is a local command for a plain POSIX shell, with no connection", async () => {
    const { registrations } = await synthesiseScript(() => ({ host: here }));

    expect(listed(registrations)).toEqual([`${local} lb-1-motd-script`, "rancher:host:HostScript lb-1-motd"]);
    const { inputs, additionalSecretOutputs } = only(registrations, local, "lb-1-motd-script");
    expect(inputs).toEqual({
      create: rendered(here, "say hello"),
      delete: rendered(here, 'run_undo "$name"'),
      stdin: "",
      addPreviousOutputInEnv: false,
      logging: "stderr",
      interpreter: ["/bin/sh", "-c"],
    });
    expect(additionalSecretOutputs).toEqual(["stdout"]);
  });
});
