import { describe, expect, it } from "vitest";
import type { ShellScript } from "../../../../components/host/shell/link.ts";
import type { Listener } from "../../../../components/load-balancer/listener.ts";
import { renderNginxContainerScript } from "../../../../components/load-balancer/nginx/container/nginx-container-script.ts";
import { defaultNginxOptions } from "../../../../components/load-balancer/nginx/config/nginx-options.ts";
import { renderSingleNodeNginxScript } from "../../../../components/load-balancer/nginx/single-node/single-node-nginx-script.ts";
import { seededSample, seedTitle } from "../../../rehearsal/support/kill-points.ts";
import { images, impatient, NginxEngineMachine } from "../../support/fake-nginx-engine.ts";

interface Wanted {
  readonly upstream?: string;
  readonly image?: string;
}

const [one, other] = ["192.0.2.11", "192.0.2.12"] as const;
const argsOf = ({ upstream = one, image = images.first }: Wanted) => {
  const upstreams = [{ address: upstream, port: 4430 }];
  const listeners: Listener[] = [{ layer: 4, name: "https", port: 443, upstreams, proxyProtocol: false }];
  return { listeners, options: defaultNginxOptions, certificates: [], image };
};
const kinds: Record<string, (wanted: Wanted) => ShellScript> = {
  "on the host's network": (wanted) => renderNginxContainerScript(argsOf(wanted)),
  "in a Docker network": (wanted) =>
    renderSingleNodeNginxScript({ ...argsOf(wanted), singleNode: { network: "rancher", local: false } }),
};

const changed = { code: 0, stderr: "changed: nginx runs the new configuration\n" };
const unchanged = { code: 0, stderr: "unchanged: nginx runs this configuration\n" };
/** Calls that change something. */
const changes = /^(create|start|stop|restart|kill|rm|rename|update|pull|image rm|exec .* reload)/;

class Machine extends NginxEngineMachine {
  readonly #render: (wanted: Wanted) => ShellScript;

  constructor(render: (wanted: Wanted) => ShellScript) {
    super();
    this.#render = render;
  }

  async serve(wanted: Wanted = {}) {
    const { code, stderr } = await this.run(this.#render(wanted), { name: "nginx-container" });
    return { code, stderr };
  }

  /** The same, but waits less, for an nginx that is going to fail. */
  async fail(wanted: Wanted) {
    const { code, stderr } = await this.run(impatient(this.#render(wanted)), { name: "nginx-container" });
    return { code, stderr };
  }

  undo() {
    return this.run('run_undo "$name"', { name: "nginx-container" });
  }

  get serving() {
    const { containers } = this.engine;
    const about = (fact: "id" | "image" | "policy" | "generation") => this.engine.about("rancher-nginx", fact);
    const current = about("generation") === this.onDisk;
    return { containers, id: about("id"), image: about("image"), policy: about("policy"), current };
  }
}

describe.each(Object.entries(kinds))("nginx in a container %s", (_, render) => {
  it("is created once, and then not touched", async () => {
    using machine = new Machine(render);

    const first = await machine.serve();
    const { serving } = machine;
    const before = machine.engine.calls.length;
    const second = await machine.serve();

    expect([first, second]).toEqual([changed, unchanged]);
    expect(serving).toMatchObject({
      containers: ["rancher-nginx"],
      image: images.first,
      policy: "always",
      current: true,
    });
    expect(machine.serving).toEqual(serving);
    expect(machine.engine.calls.slice(before).filter((call) => changes.test(call))).toEqual([]);
  });

  it("is reloaded for another configuration, and replaced for another image", async () => {
    using machine = new Machine(render);
    await machine.serve();
    const first = machine.serving;

    expect(await machine.serve({ upstream: other })).toEqual(changed);
    const reloaded = machine.serving;
    expect(await machine.serve({ image: images.second })).toEqual(changed);

    expect(reloaded).toEqual(first);
    expect(machine.serving.id).not.toBe(first.id);
    await expect.poll(() => machine.serving.containers).toEqual(["rancher-nginx"]);
    expect(machine.serving).toMatchObject({ image: images.second, policy: "always", current: true });
    expect(machine.read("/etc/rancher-nginx/nginx.conf.former")).toBeUndefined();
  });

  it.each([
    [
      "does not start",
      "broken",
      "",
      40,
      "the new configuration did not take effect within 2 s; the previous one is restored. nginx: broken\n",
    ],
    [
      "does not answer",
      "mute",
      "",
      40,
      /^the new configuration did not take effect within 2 s; the previous one is restored\. nginx: /,
    ],
    [
      "rejects the configuration",
      "reject",
      "192.0.2.12",
      30,
      /^nginx rejects the new configuration; the previous one stays in use: rejected in /,
    ],
  ] as const)("is kept if its replacement %s", async (_what, fault, text, code, message) => {
    using machine = new Machine(render);
    await machine.serve();
    const before = { ...machine.serving, conf: machine.onDisk };
    machine.engine.fault(images.second, fault, text);

    const end = await machine.fail({ upstream: other, image: images.second });

    expect([end.code, end.stderr]).toEqual([
      code,
      typeof message === "string" ? message : expect.stringMatching(message),
    ]);
    expect({ ...machine.serving, conf: machine.onDisk }).toEqual(before);
    expect(machine.engine.answers).toBe(true);
    expect(await machine.serve()).toEqual(unchanged);
  });

  it("gets its configuration back if the engine stops answering", async () => {
    using machine = new Machine(render);
    await machine.serve();
    const before = machine.onDisk;
    machine.engine.everyCall = 'case "$*" in create*) : >"$FAKE_DOCKER/dead" ;; esac';

    const end = await machine.fail({ upstream: other, image: images.second });

    expect([end.code, end.stderr]).toEqual([40, expect.stringMatching(/no previous one could be restored\. nginx: /)]);
    expect(machine.onDisk).toBe(before);
    machine.engine.everyCall = "";
    machine.engine.dead = false;
    expect(await machine.serve({ upstream: other, image: images.second })).toEqual(changed);
    await expect.poll(() => machine.engine.containers).toEqual(["rancher-nginx"]);
  });

  it("is not created beside a container of its name that others created", async () => {
    using machine = new Machine(render);
    await machine.serve();
    machine.engine.write("containers/rancher-nginx/label", "");
    const before = machine.engine.calls.length;

    const end = await machine.serve({ upstream: other });

    expect(end).toEqual({
      code: 10,
      stderr:
        "this machine has a container named rancher-nginx that this stack did not create. Rename it: docker rename rancher-nginx OTHER-NAME\n",
    });
    expect(machine.engine.calls.slice(before).filter((call) => changes.test(call))).toEqual([]);
  });

  it("is removed by its undo step, but not before the engine answers", async () => {
    using machine = new Machine(render);
    await machine.serve();
    machine.engine.dead = true;

    const refused = await machine.undo();
    machine.engine.dead = false;
    const undone = await machine.undo();

    expect([refused.code, refused.stderr]).toEqual([
      30,
      expect.stringMatching(
        /^the Docker engine does not answer, and the containers? of the load balancer cannot be removed: Cannot connect to the Docker daemon at \S+\. Start it.*\n$/,
      ),
    ]);
    expect([undone.code, undone.stderr]).toEqual([0, "changed: nginx-container is undone\n"]);
    expect(machine.engine.containers).toEqual([]);
    expect(machine.read("/etc/rancher-nginx/nginx.conf")).toBeUndefined();
  });

  it(`goes on serving if the script is killed while it replaces the container, at ${seedTitle(2)}, and the next run converges`, async () => {
    using machine = new Machine(render);
    await machine.serve();
    const before = machine.engine.calls.length;
    await machine.serve({ image: images.second });
    const calls = machine.engine.calls.slice(before).map((call, index) => ({ call, count: index + 1 }));
    await expect.poll(() => machine.engine.containers).toEqual(["rancher-nginx"]);
    const started = calls.findIndex(({ call }) => call.startsWith("create"));
    let [to, from]: string[] = [images.first, images.second];

    for (const { call, count } of seededSample(calls.slice(started), 2)) {
      machine.engine.killAt(count);
      const killed = await machine.serve({ image: to! });
      await expect.poll(() => machine.engine.answers, { message: call, timeout: 10_000 }).toBe(true);
      const again = await machine.serve({ image: to! });

      expect({ call, again }, killed.stderr).toMatchObject({ call, again: { code: 0 } });
      await expect.poll(() => machine.engine.containers, { message: call, timeout: 10_000 }).toEqual(["rancher-nginx"]);
      expect({ call, ...machine.serving }).toMatchObject({ call, image: to, policy: "always", current: true });
      expect(machine.engine.answers).toBe(true);
      [to, from] = [from, to];
    }
  });
});
