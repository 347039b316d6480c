import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { killedAt, killPoints, seededSample, seedTitle } from "../rehearsal/support/kill-points.ts";
import { listeners } from "../rehearsal/support/scripted-host.ts";
import { containerGenerationOf, makeContainerHost, type ContainerHost } from "./support/container-host.ts";

const made = await makeContainerHost();
if ("refused" in made) console.warn(`nginx as a container is not tested here: ${made.refused}`);

const one = listeners("192.0.2.11");
/** Places where a container is replaced. Elsewhere nothing differs from a reload on a host. */
const replacing =
  /^\d+ (nginx_container_replace|try_next|create_container|comes_alive|quit_former|nginx_(container|replacement)_activate)\b|drain/;
/** Exit code of ssh if a signal, not an exit code, ended the remote command. */
const killed = 255;
/** A busy machine takes longer. */
const eventually = { timeout: 60_000, interval: 200 };

describe.skipIf("refused" in made)("the script of nginx as a container", () => {
  const at = made as ContainerHost;
  const { machine, engine, images } = at;
  let all: string[];
  let places: string[];

  beforeAll(async () => {
    await machine.base.create();
    expect((await at.container({ listeners: one })).code).toBe(0);
    all = await killPoints(machine, (options) => at.container({ listeners: one, image: images.second }, options));
    places = all.filter((place) => replacing.test(place));
    expect((await at.container({ listeners: one })).code).toBe(0);
  });
  afterAll(() => at.close());

  it("recreates a container that was removed", async () => {
    await engine.mustDocker("rm", "--force", "rancher-nginx");

    const end = await at.container({ listeners: one });

    expect([end.code, end.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
    expect(await machine.generation()).toBe(containerGenerationOf(one));
  });

  it("restarts a container that was stopped, and it starts at boot again", async () => {
    const id = await at.id();
    await engine.mustDocker("stop", "rancher-nginx");

    const end = await at.container({ listeners: one });

    expect([end.code, end.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
    await engine.stop();
    await engine.start();
    await expect.poll(() => machine.generation(), eventually).toBe(containerGenerationOf(one));
    expect(await at.id()).toBe(id);
  });

  it("reports a stopped engine before it changes anything and before it forgets anything", async () => {
    await engine.stop();

    const [end, destroyed] = [await at.container({ listeners: one }), await machine.base.delete()];

    expect(end.code).toBe(10);
    expect(end.stderr).toMatch(/^the Docker engine of this machine does not answer: .*systemctl enable --now docker$/m);
    expect(destroyed.code).toBe(30);
    expect(destroyed.stderr).toMatch(/containers of the load balancer cannot be removed: .*systemctl start docker$/m);
    await engine.start();
    await expect.poll(() => machine.generation(), eventually).toBe(containerGenerationOf(one));
    expect((await at.container({ listeners: one })).stderr).toBe("unchanged: nginx runs this configuration\n");
  });

  it("refuses a container of its name that it did not create", async () => {
    await engine.mustDocker("rename", "rancher-nginx", "aside");
    const theirs = await engine.mustDocker("create", "--name", "rancher-nginx", images.first, "nginx");

    const end = await at.container({ listeners: one });

    expect([end.code, end.stderr]).toEqual([
      10,
      "this machine has a container named rancher-nginx that this stack did not create. Rename it: docker rename rancher-nginx OTHER-NAME\n",
    ]);
    expect(await at.id()).toBe(theirs);
    await engine.mustDocker("rm", "rancher-nginx");
    await engine.mustDocker("rename", "aside", "rancher-nginx");
  });

  it(`killed while it replaces a container, at ${seedTitle(6)}, goes on serving, and the next run converges to one container of the image wanted`, async () => {
    expect(places.length).toBeGreaterThan(20);
    let [to, other] = [images.second, images.first];

    for (const place of seededSample(places, 6)) {
      const end = await at.container({ listeners: one, image: to }, killedAt(place, all));
      // One of the containers serves, once a container under test has released the probe's port.
      await expect.poll(() => machine.generation(), { ...eventually, message: place }).toBe(containerGenerationOf(one));
      const again = await at.container({ listeners: one, image: to });

      expect({ place, code: end.code, again: again.code }, again.stderr).toEqual({ place, code: killed, again: 0 });
      expect(await engine.mustDocker("container", "inspect", "-f", "{{.Config.Image}}", "rancher-nginx")).toBe(to);
      expect(await machine.generation()).toBe(containerGenerationOf(one));
      await expect
        .poll(() => engine.mustDocker("ps", "--all", "--format", "{{.Names}}"), { ...eventually, message: place })
        .toBe("rancher-nginx");
      [to, other] = [other, to];
    }
  });

  it("killed before docker rename rancher-nginx-next, leaves nothing behind that destroy would not take away", async () => {
    const place = places.find((each) => each.includes('docker rename "$next_container"')) ?? "";
    expect(place).not.toBe("");
    const now = await engine.mustDocker("container", "inspect", "-f", "{{.Config.Image}}", "rancher-nginx");
    const other = now === images.first ? images.second : images.first;
    expect((await at.container({ listeners: one, image: other }, killedAt(place, all))).code).toBe(killed);

    const end = await machine.base.delete();

    expect(end.code, end.stderr).toBe(0);
    expect(await engine.mustDocker("ps", "--all", "--quiet")).toBe("");
    expect(await engine.mustDocker("images", "--quiet")).toBe("");
    expect(await machine.changes()).toEqual([]);
  });
});
