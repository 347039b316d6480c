import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkTakeover, floatingAddressOf } from "../../rehearsal/high-availability/floating-address.ts";
import { checkNothingLeft, checkUnchanged, markHosts } from "../../rehearsal/traces.ts";
import { clearLeftovers } from "../../rehearsal/sandbox/leftovers.ts";
import { lastFailedChecks } from "./support/balancer-checks.ts";
import { isRoot, rehearse, type PulumiRun, type Rehearsed } from "./support/rehearsed.ts";
import { hostname, stackText } from "./support/stack-text.ts";
import { askWhile } from "./support/steady-client.ts";

const servers = ["server-1", "server-2"];
const hosts = ["lb-1", "lb-2"].map((name, index) => ({
  name,
  address: `192.0.2.${101 + index}`,
  hostKey: "ssh-ed25519 AAAA",
}));

/** The life of one stack: each test begins where the previous one ended. */
describe.skipIf(!isRoot)("a stack with HAProxy on two hosts and a floating address", () => {
  let stack: Rehearsed;

  beforeAll(async () => {
    stack = await rehearse({
      stackFile: stackText({
        balancers: [],
        servers,
        keys: {
          loadBalancer: { kind: "haproxy", hosts, floatingAddress: { address: "192.0.2.9", interface: "ens3" } },
        },
      }),
    });
    await markHosts(stack.hosts);
  });
  afterAll(async () => {
    await stack?.close();
    await clearLeftovers();
  });

  const succeeds = (run: PulumiRun) => expect(run.code, run.text).toBe(0);
  const target = () => ({
    hostname,
    address: floatingAddressOf(stack.overlaid) ?? "",
    caCertificate: stack.authority.certificate,
  });
  const keepalivedSteps = ({ lines }: PulumiRun) =>
    lines.flatMap((line) => / (lb-\d)-keepalived-script (\w+?)(?:ing|ed)\b/.exec(line)?.slice(1, 3).join(" ") ?? []);

  it("comes up: the balancers, then the address on one host after another, then Rancher", async () => {
    const up = await stack.up();

    succeeds(up);
    const began = (what: string) => up.lines.findIndex((line) => line.includes(` ${what} creating`));
    const order = ["lb-2-haproxy-script", "lb-1-keepalived-script", "lb-2-keepalived-script", "rancher-release"];
    expect(order.map(began)).toEqual(order.map(began).sort((one, other) => one - other));
    expect(order.map(began)).not.toContain(-1);
  });

  it("serves users at the floating address, and outputs only that address", async () => {
    const endpoint = { name: "floating address", address: target().address };
    const failed = await lastFailedChecks({ ...stack, hosts: [endpoint] }, servers);
    const outputs = JSON.parse((await stack.pulumi(["stack", "output", "--json"])).text) as Record<string, unknown>;

    expect(failed).toEqual([]);
    expect(outputs["loadBalancer"]).toEqual([target().address]);
    expect(outputs["nextSteps"]).toContain(`Point ${hostname} to ${target().address} in DNS.`);
  });

  it("serves there when the host that has it is cut off, and when that host is back", async () => {
    expect(await checkTakeover(stack.hosts, target())).toMatchObject({ passed: true });
  });

  it("is not changed by a second up", async () => {
    expect(await checkUnchanged(stack)).toMatchObject({ passed: true });
  });

  it("changes keepalived on one host after another, without a failed request", async () => {
    stack.edit((config) => {
      const balancer = config["rancher:loadBalancer"] as { floatingAddress: object };
      config["rancher:loadBalancer"] = {
        ...balancer,
        floatingAddress: { ...balancer.floatingAddress, interface: "eth0" },
      };
    });

    const { result: up, ...answers } = await askWhile([target()], stack.up());

    succeeds(up);
    expect(answers.failures).toEqual([]);
    expect([...new Set(keepalivedSteps(up))]).toEqual(["lb-1 updat", "lb-2 updat"]);
  });

  it("is destroyed without a trace", async () => {
    succeeds(await stack.destroy());

    expect((await checkNothingLeft(stack)).filter(({ passed }) => !passed)).toEqual([]);
  });
});
