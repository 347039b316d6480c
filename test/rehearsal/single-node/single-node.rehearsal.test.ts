import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkSingleNode, outputsOf } from "../../../rehearsal/single-node/checks.ts";
import { checkDataLeft, checkStill, containersOf } from "../../../rehearsal/single-node/traces.ts";
import { clearLeftovers } from "../../../rehearsal/sandbox/leftovers.ts";
import type { PulumiRun } from "../support/pulumi-runs.ts";
import { isRoot } from "../support/rehearsed.ts";
import { rehearseSingleNode, type RehearsedSingleNode } from "../support/single-node/rehearsed-single-node.ts";

/** The life of one stack: each test begins where the previous one ended. */
describe.skipIf(!isRoot)("a single node", () => {
  let stack: RehearsedSingleNode;

  beforeAll(async () => {
    stack = await rehearseSingleNode(
      { version: "2.14.3" },
      {
        alsoServe: [
          { version: "2.15.2" },
          { version: "2.15.2", fault: "crashing" },
          { version: "2.15.3", fault: "ends-when-served" },
        ],
      },
    );
    await stack.host.mark();
  });
  afterAll(async () => {
    await stack?.close();
    await clearLeftovers();
  });

  const succeeds = (run: PulumiRun) => expect(run.code, run.text).toBe(0);
  const failed = (results: readonly { readonly passed: boolean }[]) => results.filter(({ passed }) => !passed);
  const go = (version: string, image: string) =>
    stack.edit((config) => {
      config["rancher:version"] = version;
      config["rancher:docker"] = { ...(config["rancher:docker"] as object), image };
    });
  const rancherContainer = async () =>
    (await containersOf(stack)).split("\n").find((line) => line.startsWith("/rancher "));

  it("comes up, and serves users through nginx", async () => {
    succeeds(await stack.up());

    expect(failed(await checkSingleNode(stack))).toEqual([]);
    await stack.mark("since the beginning");
  });

  it("outputs what a user needs next, with the password hidden", async () => {
    const { bootstrapPassword, caCertificate } = await outputsOf(stack);
    const shown = await stack.pulumi(["stack", "output", "--json"]);

    expect(JSON.parse(shown.text)).toMatchObject({
      url: "https://rancher.localhost",
      mode: "single-node",
      rancherVersion: "2.14.3",
      bootstrapPassword: "[secret]",
      caCertificate,
    });
    const text = await stack.engine.capture(["stack", "export", "--stack", stack.stack]);
    expect(bootstrapPassword?.length).toBeGreaterThan(11);
    expect(text).not.toContain(bootstrapPassword);
  });

  it("finds no difference in a second up, and leaves its containers alone", async () => {
    expect(await checkStill(stack)).toMatchObject({ passed: true });
  });

  it("shows at preview that a changed option replaces the container, and names the option", async () => {
    const change = (environment: object) =>
      stack.edit((config) => {
        config["rancher:docker"] = { ...(config["rancher:docker"] as object), environment };
      });
    const { bootstrapPassword } = await outputsOf(stack);
    change({ CATTLE_WATCHED: "yes" });
    const { text } = await stack.preview("--diff");
    change({});

    expect(text).toMatch(/docker:index\/container:Container: \(replace\)/);
    expect(text).toContain("CATTLE_WATCHED=yes");
    expect(text).not.toContain(bootstrapPassword);
  });

  it("is not upgraded to a server that fails on a copy of its data", async () => {
    const before = await rancherContainer();
    go("2.15.2", stack.imageOf({ version: "2.15.2", fault: "crashing" }));

    const run = await stack.up();

    expect(run.code).not.toBe(0);
    expect(run.text).toContain("did not become healthy on a copy of the data");
    expect(run.text).toMatch(/Rancher was stopped for \d+ s while its data was copied/);
    expect((await rancherContainer())?.split(" ").slice(0, 2)).toEqual(before?.split(" ").slice(0, 2));
    expect(await stack.marked()).toBe("since the beginning");
  });

  it("is upgraded to one that works, and keeps its settings", async () => {
    go("2.15.2", stack.imageOf({ version: "2.15.2" }));

    succeeds(await stack.up());

    expect(failed(await checkSingleNode(stack))).toEqual([]);
    expect(await stack.marked()).toBe("since the beginning");
    expect(await stack.docker.mustDocker("logs", "rancher")).toContain("Rancher version v2.15.2");
  });

  it("is downgraded only through an archive", async () => {
    go("2.14.3", stack.imageOf({ version: "2.14.3" }));

    const run = await stack.up();

    expect(run.code).not.toBe(0);
    expect(run.text).toContain("cannot be downgraded");
    expect(await stack.marked()).toBe("since the beginning");
    go("2.15.2", stack.imageOf({ version: "2.15.2" }));
    succeeds(await stack.up());
  });

  it("prints at every run the way back from an upgrade that fails past its test, until that is gone", async () => {
    const version = async () => JSON.parse((await stack.pulumi(["stack", "output", "--json"])).text) as object;
    const restore = (archive: string | undefined) =>
      stack.edit((config) => {
        config["rancher:docker"] = { ...(config["rancher:docker"] as object), restore: archive };
      });
    go("2.15.3", stack.imageOf({ version: "2.15.3", fault: "ends-when-served" }));

    const runs = [await stack.up(), await stack.up()];

    const said = /has restarted \d+ times; .* To go back: npm run restore -- dev (rancher-2\.15\.2-\w+)/;
    const [first, second] = runs.map(({ text }) => said.exec(text)?.[1]);
    expect(first, runs[0]?.text).toBeDefined();
    expect(second).toBe(first);
    expect(runs.map(({ code }) => code)).not.toContain(0);
    expect(await version()).toMatchObject({ rancherVersion: "2.15.2" });

    go("2.15.2", stack.imageOf({ version: "2.15.2" }));
    restore(`${first}.tar.gz`);
    succeeds(await stack.up());
    restore(undefined);
    succeeds(await stack.up());

    expect(await version()).toMatchObject({ rancherVersion: "2.15.2" });
    expect(await stack.marked()).toBe("since the beginning");
  });

  it("keeps its data and nothing else when it is destroyed; another up uses it again", async () => {
    const { bootstrapPassword } = await outputsOf(stack);
    succeeds(await stack.destroy());

    expect(failed(await checkDataLeft(stack))).toEqual([]);

    succeeds(await stack.up());
    const { text } = await stack.pulumi(["stack", "output", "nextSteps"]);
    expect(text).toContain("docker exec -ti rancher reset-password");
    // The new stack generated another one, and Rancher reads it only when its data is new.
    expect(await stack.marked(bootstrapPassword)).toBe("since the beginning");
  });
});
