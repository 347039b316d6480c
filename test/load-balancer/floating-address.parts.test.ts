import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { floatingHosts, type FloatingHosts } from "./support/floating-hosts.ts";
import { hello, longestSilence } from "./support/reconnecting-client.ts";

describe.skipIf(process.getuid?.() !== 0)("a floating address between two real hosts", () => {
  let all: FloatingHosts;
  /** How long clients waited is for people: on a busy machine it says little. That they were served again is tested. */
  const tell = (what: string, silence: number) => {
    if (process.env["RANCHER_TEST_TALK"] !== undefined) console.log(`${what}: ${Math.round(silence)} ms`);
  };

  beforeAll(async () => {
    all = await floatingHosts();
    const [one, two] = all.hosts;
    const first = await all.keepalived(one);
    const second = await all.keepalived(two);
    expect([first.code, second.code], first.stderr + second.stderr).toEqual([0, 0]);
    expect(first.stderr).toContain(`changed: keepalived runs the new configuration; ${all.address} is here\n`);
    expect(second.stderr).toContain(`runs the new configuration; ${all.address} is on another host\n`);
  });
  afterAll(() => all?.close());

  it("is on one host, leads to nginx, and is nobody's source for connections that go out", async () => {
    const { holder, other } = await all.settled();

    expect(holder.host.name).toBe("lb-1");
    expect(await hello(all.address)).toBe(true);
    expect(await holder.look("ip", "-o", "route", "get", other.host.address)).toContain(` src ${holder.host.address} `);
  });

  it("leaves a host whose nginx is stopped, and stays away when it is back", async () => {
    const { holder, other } = await all.settled();

    const silence = await longestSilence(all.address, () => holder.look("systemctl", "stop", "nginx"));
    tell("nginx stopped", silence);
    const moved = await all.settled();
    await holder.look("systemctl", "start", "nginx");

    expect([moved.holder, (await all.settled()).holder]).toEqual([other, other]);
    expect(await hello(all.address)).toBe(true);
  });

  it("leaves a host whose nginx takes connections and says nothing", async () => {
    const { holder, other } = await all.settled();
    const stopped = await longestSilence(all.address, () => holder.look("pkill", "-STOP", "nginx"));
    tell("nginx hangs", stopped);
    await holder.look("pkill", "-CONT", "nginx");

    expect((await all.settled()).holder).toBe(other);
  });

  it("is taken from a host where keepalived is killed, and given up there when systemd starts it anew", async () => {
    const { holder, other } = await all.settled();
    const silence = await longestSilence(all.address, () => holder.look("pkill", "-KILL", "keepalived"));
    tell("keepalived killed", silence);
    // Nobody restarts a daemon that dies on a rehearsal's host; systemd does after a second.
    await holder.look("systemctl", "start", "keepalived");

    expect((await all.settled()).holder).toBe(other);
    expect(await hello(all.address)).toBe(true);
  });

  it("is taken from a host that falls silent, and is on one host again when that one is back", async () => {
    const { holder, other } = await all.settled();

    const silence = await longestSilence(all.address, () => holder.host.freeze());
    tell("host silent", silence);
    expect(await other.look("ip", "-o", "address", "show", "to", all.address)).not.toBe("");
    tell("host back", await longestSilence(all.address, () => holder.host.thaw()));
    await all.settled();

    expect(await hello(all.address)).toBe(true);
  });

  it("is taken from a host without power, and stays where it is when that one boots", async () => {
    const { holder, other } = await all.settled();

    const silence = await longestSilence(all.address, () => holder.host.stop());
    tell("host without power", silence);
    await holder.disconnect();
    tell("host boots", await longestSilence(all.address, () => holder.host.start()));

    expect((await all.settled()).holder).toBe(other);
  });

  it("goes from host to host when the stack is destroyed, and hosts are as they were", async () => {
    const { holder, other } = await all.settled();

    const silence = await longestSilence(all.address, async () => {
      expect((await holder.run("keepalived", "run_undo keepalived\n")).stderr).toContain(
        "changed: keepalived is undone",
      );
    });
    tell("destroyed", silence);
    expect((await all.settled()).holder).toBe(other);
    for (const host of all.hosts) {
      const end = await host.base.delete();
      expect(end.code, end.stderr).toBe(0);
      expect(await host.changes()).toEqual([]);
    }

    expect(await all.holders()).toEqual([]);
  });
});
