import { statSync, unlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { defaultBalancerOptions } from "../../../components/load-balancer/balancer-options.ts";
import { renderHaproxyConfig } from "../../../components/load-balancer/haproxy/haproxy-config.ts";
import { renderHaproxyScript } from "../../../components/load-balancer/haproxy/haproxy-script.ts";
import { FakeHaproxy } from "../support/fakes/fake-haproxy.ts";
import { rancherPorts } from "../support/haproxy-variants.ts";

const args = (server: string) => ({ listeners: rancherPorts([server]), options: defaultBalancerOptions });
const [a, b, c] = ["192.0.2.11", "192.0.2.12", "192.0.2.13"] as const;
const generation = (server: string) => renderHaproxyConfig(args(server)).generation;

/** Rolls out the configuration for a server. `edit` changes the script, so that something happens in its middle. */
const rollOut = (machine: FakeHaproxy, server: string, edit = (text: string) => text) => {
  const { main, values } = renderHaproxyScript(args(server));
  return machine.run({ main: { ...main, text: edit(main.text) }, ...(values && { values }) }, { name: "haproxy" });
};

/** A machine whose HAProxy runs the configuration for server a. */
async function running(): Promise<FakeHaproxy> {
  const machine = new FakeHaproxy();
  const end = await rollOut(machine, a);
  if (end.code !== 0) throw new Error(end.stderr);
  machine.calls();
  return machine;
}

const file = (machine: FakeHaproxy) => statSync(machine.path("root/etc/haproxy/haproxy.cfg"));
const left = (machine: FakeHaproxy) =>
  ["former", "placing"].filter((end) => machine.read(`/etc/haproxy/haproxy.cfg.${end}`) !== undefined);

describe("a rollout of HAProxy", () => {
  it("prints changed and the checksum when a new worker reports the configuration", async () => {
    using machine = await running();

    const end = await rollOut(machine, b);

    expect(end).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^[0-9a-f]{64}\n$/) as string,
      stderr: "changed: HAProxy runs the new configuration\n",
    });
    expect(machine.seen).toEqual({ onDisk: generation(b), running: generation(b) });
    expect(machine.read("/etc/haproxy/haproxy.cfg")).toBe(renderHaproxyConfig(args(b)).text);
    expect(left(machine)).toEqual([]);
  });

  it("of the running configuration changes nothing", async () => {
    using machine = await running();
    const before = file(machine);

    const end = await rollOut(machine, a);

    expect([end.code, end.stderr]).toEqual([0, "unchanged: HAProxy runs this configuration\n"]);
    expect(file(machine)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(machine.calls().filter((call) => /reload|restart|start /.test(call))).toEqual([]);
  });

  it("of a file that HAProxy rejects leaves everything unchanged, and quotes HAProxy's message", async () => {
    using machine = await running();
    const before = file(machine);

    const end = await rollOut(machine, b, (text) =>
      text.replace("roll_out_haproxy ", 'echo broken >"$work/haproxy.cfg"\nroll_out_haproxy '),
    );

    expect([end.code, end.stderr.replaceAll(machine.path("root"), "")]).toEqual([
      30,
      "HAProxy rejects the new configuration; the previous one stays in use: config : bad in /etc/haproxy/haproxy.cfg.placing\n",
    ]);
    expect(file(machine).ino).toBe(before.ino);
    expect(left(machine)).toEqual([]);
  });

  it.each([
    ["HAProxy's message", "[ALERT]    (7) : cannot bind socket [0.0.0.0:80]", "cannot bind socket [0.0.0.0:80]"],
    [
      "what to check if it logs none",
      "nothing of interest",
      "no error; does its unit use another file than /etc/haproxy/haproxy.cfg? systemctl cat haproxy",
    ],
  ])("goes back when the old worker keeps running, with %s", async (_, logged, words) => {
    using machine = await running();
    machine.write("/broken", "");
    machine.write("/words", `${logged}\n`);

    const end = await rollOut(machine, b);

    expect([end.code, end.stderr.replaceAll(machine.path("root"), "")]).toEqual([
      40,
      `the new configuration did not take effect within 2 s; the previous one is restored. HAProxy: ${words}\n`,
    ]);
    expect(machine.seen).toEqual({ onDisk: generation(a), running: generation(a) });
    expect(left(machine)).toEqual([]);
  });

  it("restores the file even if HAProxy does not come back", async () => {
    using machine = await running();
    machine.write("/broken", "");
    machine.write("/running", "");

    const end = await rollOut(machine, b);

    expect([end.code, end.stderr]).toEqual([
      40,
      expect.stringContaining("did not take effect within 2 s; no previous one could be restored. HAProxy: no error"),
    ]);
    expect(machine.seen.onDisk).toBe(generation(a));
  });

  it("without a previous configuration says so, and keeps the new one", async () => {
    using machine = await running();
    machine.write("/broken", "");
    unlinkSync(machine.path("root/etc/haproxy/haproxy.cfg"));

    const end = await rollOut(machine, b);

    expect([end.code, end.stderr]).toEqual([40, expect.stringContaining("no previous one could be restored")]);
    expect(machine.seen.onDisk).toBe(generation(b));
  });

  it("after a killed one goes back to the configuration that runs, not to the one that never did", async () => {
    using machine = await running();
    await rollOut(machine, b, (text) => `haproxy_activate() { kill -9 $$; }\n${text}`);
    expect(machine.seen).toEqual({ onDisk: generation(b), running: generation(a) });
    machine.write("/broken", "");

    const end = await rollOut(machine, c);

    expect(end.code).toBe(40);
    expect(machine.seen).toEqual({ onDisk: generation(a), running: generation(a) });
  });

  it("goes back to the configuration of a rollout that was killed at its very end", async () => {
    using machine = await running();
    await rollOut(machine, b, (text) => `haproxy_done() { kill -9 $$; }\n${text}`);
    machine.write("/broken", "");

    const end = await rollOut(machine, c);

    expect(end.code).toBe(40);
    expect(machine.seen).toEqual({ onDisk: generation(b), running: generation(b) });
  });
});
