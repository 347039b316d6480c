import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shellFile } from "../../../components/host/shell/shell-files.ts";
import { floatingHosts, type FloatingHosts } from "../support/floating-hosts.ts";
import { hello, longestSilence } from "../support/clients/reconnecting-client.ts";

const undo = { main: shellFile("host/run-undo.sh") };

describe.skipIf(process.getuid?.() !== 0)("a floating address between two real hosts", () => {
  let all: FloatingHosts;
  /** Prints how long clients waited, which depends on the machine. The test checks only that they are served again. */
  const report = (what: string, silence: number) => {
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

  it("is on one host, leads to nginx, and is never the source of outgoing connections", async () => {
    const { holder, other } = await all.settled();

    expect(holder.host.name).toBe("lb-1");
    expect(await hello(all.address)).toBe(true);
    expect(await holder.look("ip", "-o", "route", "get", other.host.address)).toContain(` src ${holder.host.address} `);
  });

  it("leaves a host whose nginx is stopped, and does not return when nginx does", async () => {
    const { holder, other } = await all.settled();

    const silence = await longestSilence(all.address, () => holder.look("systemctl", "stop", "nginx"));
    report("nginx stopped", silence);
    const moved = await all.settled();
    await holder.look("systemctl", "start", "nginx");

    expect([moved.holder, (await all.settled()).holder]).toEqual([other, other]);
    expect(await hello(all.address)).toBe(true);
  });

  it("leaves a host whose nginx accepts connections but does not respond", async () => {
    const { holder, other } = await all.settled();
    const stopped = await longestSilence(all.address, () => holder.look("pkill", "-STOP", "nginx"));
    report("nginx hangs", stopped);
    await holder.look("pkill", "-CONT", "nginx");

    expect((await all.settled()).holder).toBe(other);
  });

  it("is taken over from a host where keepalived is killed, which releases it when systemd restarts keepalived", async () => {
    const { holder, other } = await all.settled();
    const silence = await longestSilence(all.address, () => holder.look("pkill", "-KILL", "keepalived"));
    report("keepalived killed", silence);
    // A rehearsal's host does not restart a daemon that dies; systemd does after a second.
    await holder.look("systemctl", "start", "keepalived");

    expect((await all.settled()).holder).toBe(other);
    expect(await hello(all.address)).toBe(true);
  });

  it("is taken over from a host that falls silent, and is on one host again when that host is back", async () => {
    const { holder, other } = await all.settled();

    const silence = await longestSilence(all.address, () => holder.host.freeze());
    report("host silent", silence);
    expect(await other.look("ip", "-o", "address", "show", "to", all.address)).not.toBe("");
    report("host back", await longestSilence(all.address, () => holder.host.thaw()));
    await all.settled();

    expect(await hello(all.address)).toBe(true);
  });

  it("is taken over from a host without power, and stays when that host boots", async () => {
    const { holder, other } = await all.settled();

    const silence = await longestSilence(all.address, () => holder.host.stop());
    report("host without power", silence);
    await holder.disconnect();
    report("host boots", await longestSilence(all.address, () => holder.host.start()));

    expect((await all.settled()).holder).toBe(other);
  });

  it("moves between hosts while the stack is destroyed, and the hosts are as they were before", async () => {
    const { holder, other } = await all.settled();

    const silence = await longestSilence(all.address, async () => {
      expect((await holder.run("keepalived", undo)).stderr).toContain("changed: keepalived is undone");
    });
    report("destroyed", silence);
    expect((await all.settled()).holder).toBe(other);
    for (const host of all.hosts) {
      const end = await host.base.delete();
      expect(end.code, end.stderr).toBe(0);
      expect(await host.changes()).toEqual([]);
    }

    expect(await all.holders()).toEqual([]);
  });
});
