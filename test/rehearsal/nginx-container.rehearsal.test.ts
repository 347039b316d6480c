import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lastChecksThroughBalancer } from "../../rehearsal/checks.ts";
import { nginxTag } from "../../rehearsal/docker/nginx-image.ts";
import { checkNothingLeft, checkUnchanged, markHosts } from "../../rehearsal/traces.ts";
import { clearLeftovers } from "../../rehearsal/sandbox/leftovers.ts";
import { isRoot, rehearse, type PulumiRun, type Rehearsed } from "./support/rehearsed.ts";
import { hostname, stackText } from "./support/stack-text.ts";
import { askInTurn, askWhile } from "./support/steady-client.ts";

const servers = ["server-1", "server-2"];
const hosts = [{ name: "lb-1", address: "192.0.2.101", hostKey: "ssh-ed25519 AAAA" }];

/** The life of one stack: each test begins where the previous one ended. */
describe.skipIf(!isRoot)("a stack whose balancer runs as a container", () => {
  let stack: Rehearsed;

  beforeAll(async () => {
    stack = await rehearse({
      stackFile: stackText({
        balancers: [],
        servers,
        keys: {
          loadBalancer: { kind: "nginx", runAs: "container", hosts, proxyProtocol: true },
          tls: { source: "secret", certificate: "certificates/rancher.pem" },
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
  const docker = (...args: string[]) => stack.containers?.engines[0]?.engine.mustDocker(...args);
  const target = () => ({
    hostname,
    address: stack.host("lb-1").address,
    caCertificate: stack.authority.certificate,
  });
  const checksPass = async () => {
    const clientAddress = stack.sandbox.subnet.machine;
    const results = await lastChecksThroughBalancer({ ...target(), nodes: servers, clientAddress });
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  };
  /** Docker's list of all containers: name, image, id, start time. */
  const containers = async () => {
    const ids = (await docker("ps", "--all", "--quiet", "--no-trunc"))?.split("\n") ?? [];
    return docker("inspect", "--format", "{{.Name}} {{.Config.Image}} {{.Id}} {{.State.StartedAt}}", ...ids);
  };
  /** Requests to the registry for more than digests. */
  const pulled = () => stack.containers?.registry.requests.filter((request) => request.includes("/blobs/"));

  it("comes up with the image's digest, and Rancher sees the client's address through the PROXY protocol", async () => {
    succeeds(await stack.up());

    const { name, digest } = stack.containers!.image;
    expect(await containers()).toMatch(new RegExp(`^/rancher-nginx ${name}@${digest} \\S+ \\S+$`));
    await checksPass();
  });

  it("loses no request when a node goes silent", async () => {
    const [node] = stack.nodes;
    await node?.freeze();
    const answers = await askInTurn(target(), 12).finally(() => node?.thaw());

    expect(answers.failures).toEqual([]);
    // At least one request met the silent node.
    expect(answers.slowest).toBeGreaterThan(1900);
  });

  it("is not changed by a second up", async () => {
    const before = await containers();

    expect(await checkUnchanged(stack)).toMatchObject({ passed: true });

    expect(await containers()).toBe(before);
  });

  it("switches to layer 7 in the same container, without an interruption", async () => {
    const before = await containers();
    stack.edit((config) => {
      const { proxyProtocol: _layer4, ...balancer } = config["rancher:loadBalancer"] as Record<string, unknown>;
      config["rancher:loadBalancer"] = { ...balancer, layer: 7 };
    });

    const { result, failures, sent } = await askWhile([target()], stack.up());

    succeeds(result);
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(50);
    expect(await containers()).toBe(before);
    await checksPass();
  });

  it("shows a moved image tag at preview, and pulls nothing", async () => {
    const before = pulled();
    const { image, registry } = stack.containers!;

    const moved = registry.add("nginx", nginxTag, { rootTar: Buffer.alloc(1024), config: {} });
    const preview = await stack.preview("--diff");

    succeeds(preview);
    expect(preview.lines.filter((line) => /^ +[-+] image=/.test(line)).map((line) => line.trim())).toEqual([
      `- image=${image.name}@${image.digest}`,
      `+ image=${image.name}@${moved}`,
    ]);
    expect(pulled()).toEqual(before);
  });

  it("is destroyed without a trace, in Docker too", async () => {
    succeeds(await stack.destroy());

    const results = await checkNothingLeft(stack);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(results.map(({ name }) => name)).toContain("lb-1's Docker engine is as it was");
  });
});
