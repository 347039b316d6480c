import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Listener } from "../../../../components/load-balancer/listener.ts";
import { defaultNginxOptions } from "../../../../components/load-balancer/nginx/config/nginx-options.ts";
import { renderSingleNodeNginxScript } from "../../../../components/load-balancer/nginx/single-node/single-node-nginx-script.ts";
import { PlainMachine, shells } from "../../../support/scripts/plain-machine.ts";
import { FakeNginxEngine, generationIn, images, impatient } from "../../support/fake-nginx-engine.ts";

/** A machine with a Mac's tools, and an engine. */
class Machine extends PlainMachine {
  readonly engine = new FakeNginxEngine(this, "/usr/bin:/bin");

  serve(image: string, upstream = "192.0.2.11", { fails = false } = {}) {
    const upstreams = [{ address: upstream, port: 4430 }];
    const listeners: Listener[] = [{ layer: 4, name: "https", port: 443, upstreams, proxyProtocol: false }];
    const script = renderSingleNodeNginxScript({
      listeners,
      options: defaultNginxOptions,
      certificates: [],
      image,
      singleNode: { network: "rancher", local: true },
    });
    return this.script(fails ? impatient(script) : script, { name: "nginx-container", timeoutSeconds: 120 });
  }

  get nginxFolder(): string {
    return this.path("home dir", "state of ours", "nginx");
  }

  get serving() {
    const about = (fact: "id" | "image" | "policy" | "generation") => this.engine.about("rancher-nginx", fact);
    const conf = readFileSync(`${this.nginxFolder}/nginx.conf`, "utf8");
    const current = about("generation") === generationIn(conf);
    return { id: about("id"), image: about("image"), policy: about("policy"), current };
  }

  override [Symbol.dispose](): void {
    this.engine[Symbol.dispose]();
    super[Symbol.dispose]();
  }
}

const changed = { code: 0, stderr: "changed: nginx runs the new configuration\n" };
const unchanged = { code: 0, stderr: "unchanged: nginx runs this configuration\n" };

describe.each(Object.entries(shells))("nginx on this machine, by %s, with a Mac's tools", (_, shell) => {
  it("is created, reloaded, replaced and removed", async () => {
    using machine = new Machine(shell).prepared();

    expect(await machine.serve(images.first)).toMatchObject(changed);
    const first = machine.serving;
    expect(await machine.serve(images.first)).toMatchObject(unchanged);
    expect(await machine.serve(images.first, "192.0.2.12")).toMatchObject(changed);
    const reloaded = machine.serving;
    expect(await machine.serve(images.second, "192.0.2.12")).toMatchObject(changed);
    const replaced = machine.serving;
    const undone = await machine.script('run_undo "$name"', { name: "nginx-container" });

    expect(first).toMatchObject({ image: images.first, policy: "always", current: true });
    expect(reloaded).toEqual(first);
    expect(replaced).toMatchObject({ image: images.second, policy: "always", current: true });
    expect(undone).toMatchObject({ code: 0, stderr: "changed: nginx-container is undone\n" });
    expect(machine.engine.containers).toEqual([]);
    expect(existsSync(machine.nginxFolder)).toBe(false);
  });

  it("gets its container back if the new one does not start", async () => {
    using machine = new Machine(shell).prepared();
    await machine.serve(images.first);
    const before = machine.serving;
    machine.engine.fault(images.second, "broken");

    const end = await machine.serve(images.second, "192.0.2.12", { fails: true });

    expect([end.code, end.stderr]).toEqual([
      40,
      "the new configuration did not take effect within 2 s; the previous one is restored. nginx: broken\n",
    ]);
    expect(machine.serving).toEqual(before);
    expect(machine.engine.answers).toBe(true);
  });
});
