import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { get } from "../../../rehearsal/balancer-client.ts";
import { rancherImage } from "../../../rehearsal/docker/rancher-image.ts";
import { checkSingleNode, outputsOf } from "../../../rehearsal/single-node/checks.ts";
import { checkDataLeft, checkStill } from "../../../rehearsal/single-node/traces.ts";
import { clearLeftovers } from "../../../rehearsal/sandbox/leftovers.ts";
import { talk } from "../support/pulumi-runs.ts";
import { isRoot } from "../support/rehearsed.ts";
import { rehearseSingleNode, type RehearsedSingleNode } from "../support/single-node/rehearsed-single-node.ts";
import { singleNodeCommand, type SingleNodeCommand } from "../support/single-node/single-node-command.ts";
import { find, planKills, randomOf, type Kill, type Phase } from "../support/single-node/single-node-kills.ts";

/** Every victim and every phase. RANCHER_KILLS=20 kills more often, RANCHER_KILLS_SEED at other moments. */
const count = Number(process.env["RANCHER_KILLS"] ?? 6);
const seed = Number(process.env["RANCHER_KILLS_SEED"] ?? 1);

const host = { name: "rancher-1", address: "192.0.2.20", user: "ops", hostKey: "ssh-ed25519 AAAA" };
const backups = "/var/backups/rancher";
const besideArchives = ["certificate-authority", "last-backup", "rancher-data.facts"];
const startSeconds = 0.5;

/** As long as an installation, or a part of it: what is killed must still be running. */
const lengths: Readonly<Record<Phase, number>> = { install: 0.9, upgrade: 0.9, backup: 0.25 };

/** Maximum lifetime, in milliseconds, of a process that is killed as soon as it appears. */
const grown = 3000;

describe.skipIf(!isRoot)(`a single node, killed ${count} times (RANCHER_KILLS_SEED=${seed})`, () => {
  const random = randomOf(seed);
  const kills = planKills(count, random);
  let stack: RehearsedSingleNode;
  let length = 0;
  let version = "2.14.0";
  let mark: string | undefined;

  beforeAll(async () => {
    const values = { hostname: "rancher.example.com", version, docker: { host } };
    stack = await rehearseSingleNode(values, { stack: "single-node-kills", startSeconds });
    await stack.host.mark();
    // From the stack file, so that it still works for data that is kept.
    await stack.setSecret("bootstrapPassword", "kept over every kill");
    const started = performance.now();
    const run = await stack.up();
    expect(run.code, run.text).toBe(0);
    length = performance.now() - started;
  });
  afterAll(async () => {
    await stack?.close();
    await clearLeftovers();
  });

  const command = async (name: SingleNodeCommand, ...args: string[]) => {
    const { code, stdout, stderr } = await singleNodeCommand(stack, name, ...args);
    return { code, text: `${stdout}\n${stderr}` };
  };
  const list = async (...args: string[]) =>
    (await stack.docker.mustDocker(...args)).split("\n").filter(Boolean).toSorted();
  const onHost = async (script: string) =>
    (await stack.host.exec(["sh", "-c", `cd ${backups} && { ${script}; }`])).stdout.trim();

  /** Prepares the phase, so that there is an installation to do, or a newer version to upgrade to. */
  const prepare: Readonly<Record<Phase, (round: number) => Promise<void>>> = {
    install: async (round) => {
      const run = await stack.destroy();
      expect(run.code, run.text).toBe(0);
      // Every second time the data is kept, and used again.
      if (round % 2 === 1) return;
      await stack.docker.mustDocker("volume", "rm", "rancher-data");
      await stack.host.exec(["rm", "-rf", backups]);
      mark = undefined;
    },
    upgrade: async () => {
      version = `2.14.${Number(version.split(".")[2]) + 1}`;
      stack.registry.add("rancher/rancher", `v${version}`, await rancherImage({ version, startSeconds }));
      stack.edit((config) => {
        config["rancher:version"] = version;
        const docker = config["rancher:docker"] as object;
        config["rancher:docker"] = { ...docker, image: stack.imageOf({ version }) };
      });
    },
    backup: () => Promise.resolve(),
  };

  /** Starts the phase and kills in its middle. Undefined if it ended before. */
  const killDuring = async ({ phase, victim }: Kill, milliseconds: number) => {
    let over = false;
    const look = () => find(stack, victim, phase);
    const run = (phase === "backup" ? command("backup") : stack.up()).finally(() => (over = true));
    await Promise.race([sleep(milliseconds), run]);
    let target = await look();
    while (target === undefined && !over) {
      await sleep(50);
      if ((await look()) === undefined) continue;
      await sleep(random() * grown);
      target = await look();
    }
    const there = over ? undefined : target;
    await there?.kill();
    return { killed: there?.name, run: await run };
  };

  /** As if nothing had been killed. */
  const isWhole = async () => {
    await expect.poll(() => stack.marked(), { timeout: 60_000, interval: 500 }).toEqual(mark ?? expect.anything());
    const { caCertificate = "" } = await outputsOf(stack);
    const { hostname, wanted } = stack;
    const answer = await get(
      { hostname, address: stack.host.address, ports: wanted.ports, caCertificate },
      "/rancherversion",
    );
    expect(JSON.parse(answer.body)).toMatchObject({ Version: `v${version}` });
    expect(await list("ps", "--all", "--format", "{{.Names}} {{.State}}")).toEqual([
      "rancher running",
      "rancher-nginx running",
    ]);
    expect(await stack.docker.mustDocker("inspect", "--format", "{{.HostConfig.RestartPolicy.Name}}", "rancher")).toBe(
      "always",
    );
    expect(await list("volume", "ls", "--quiet", "--filter", "dangling=true")).toEqual([]);
    expect(await list("network", "ls", "--filter", "type=custom", "--format", "{{.Name}}")).toEqual(["rancher"]);
    const others = await onHost(`ls -A | grep -v -e '^rancher-[^/]*\\.tar\\.gz\\(\\.sha256\\)*$'`);
    expect(others.split("\n").filter((name) => !besideArchives.includes(name))).toEqual([]);
    expect(
      await onHost("for each in *.tar.gz; do [ ! -e $each ] || sha256sum --check --quiet $each.sha256; done 2>&1"),
    ).toBe("");
  };

  it.each(kills.map((kill, index) => ({ ...kill, round: index + 1 })))(
    "round $round, $phase: the next run makes whole what a kill of $victim left",
    async (kill) => {
      let killed: string | undefined;
      let run = { code: 0, text: "" };
      // A phase that ended before is started again, and killed earlier.
      for (let tries = 0; killed === undefined && tries < 5; tries += 1) {
        await prepare[kill.phase](kill.round);
        const before = `before round ${kill.round}`;
        if (kill.phase !== "install") await stack.mark(before);
        if (kill.phase !== "install") mark = before;
        ({ killed, run } = await killDuring(kill, (kill.moment / 2 ** tries) * lengths[kill.phase] * length));
      }
      talk(`round ${kill.round}: ${kill.phase}, ${killed ?? "nothing"} killed, exit code ${run.code}`);
      const again = kill.phase === "backup" ? await command("backup") : await command("up", "--yes", "--skip-preview");

      expect(killed, `${kill.phase} was over before its victim could be killed:\n${run.text}`).toBeDefined();
      expect(again.code, `${killed}\n${run.text}\n--- again:\n${again.text}`).toBe(0);
      await isWhole();
    },
  );

  it("has nothing left to do after that, and leaves nothing but data when it is destroyed", async () => {
    expect((await checkSingleNode(stack)).filter(({ passed }) => !passed)).toEqual([]);
    expect(await checkStill(stack)).toMatchObject({ passed: true });

    const run = await stack.destroy();

    expect(run.code, run.text).toBe(0);
    expect((await checkDataLeft(stack)).filter(({ passed }) => !passed)).toEqual([]);
  });
});
