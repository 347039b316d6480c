import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderHaproxyConfig } from "../../components/load-balancer/haproxy/haproxy-config.ts";
import { renderHaproxyScript } from "../../components/load-balancer/haproxy/haproxy-script.ts";
import { createSandbox, type Sandbox } from "../../rehearsal/sandbox/sandbox.ts";
import { ScriptedHost } from "../rehearsal/support/scripted-host.ts";
import { runningGeneration } from "./support/haproxy-host.ts";
import { haproxyVariants } from "./support/haproxy-variants.ts";

describe.skipIf(process.getuid?.() !== 0).each([
  ["bookworm", "2.6"],
  ["trixie", "3.0"],
  ["sid", "3."],
] as const)("HAProxy of Debian %s", (suite, version) => {
  const folder = mkdtempSync(join(tmpdir(), "haproxy-versions-"));
  let sandbox: Sandbox;
  let machine: ScriptedHost;

  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    machine = new ScriptedHost(sandbox, await sandbox.addHost({ name: "lb-1", user: "ops", port: 22, suite }));
    await machine.base.create();
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  it.each(Object.keys(haproxyVariants))("runs %s without a warning", async (name) => {
    const variant = haproxyVariants[name]!;

    const end = await machine.run("haproxy", renderHaproxyScript(variant));

    expect(end.code, end.stderr).toBe(0);
    expect(await runningGeneration(machine)).toBe(`generation ${renderHaproxyConfig(variant).generation}`);
    expect(await machine.look("haproxy", "-v")).toContain(`version ${version}`);
    const check = await machine.host.exec(["haproxy", "-c", "-f", "/etc/haproxy/haproxy.cfg"]);
    const warnings = check.stderr.split("\n").filter((line) => /WARNING|ALERT/.test(line));
    // A name that does not resolve, as in these variants.
    expect(warnings.filter((line) => !line.includes("could not resolve address"))).toEqual([]);
  });

  it("leaves the host as it was", async () => {
    const end = await machine.base.delete();

    expect(end.code, end.stderr).toBe(0);
    expect(await machine.changes()).toEqual([]);
  });
});
