import { CoreV1Api, CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { helmChart, helmGroup } from "../../rehearsal/kubernetes/helm-kinds.ts";
import { checkNothingLeft, markHosts } from "../../rehearsal/traces.ts";
import { clearLeftovers } from "../../rehearsal/sandbox/leftovers.ts";
import { checkThroughBalancer } from "../../rehearsal/checks.ts";
import { nginxProcesses } from "./support/nginx-processes.ts";
import { isRoot, rehearse, type PulumiRun, type Rehearsed } from "./support/rehearsed.ts";
import { hostname, stackText } from "./support/stack-text.ts";
import { askWhile } from "./support/steady-client.ts";

const servers = ["server-1", "server-2"];
/** Has its certificate on the balancer's hosts already, while Rancher's comes from the stack. */
const wiki = {
  name: "wiki",
  hostname: "wiki.example.com",
  upstreams: ["192.0.2.31:8080"],
  certificate: { onHost: "/etc/ssl/wiki.pem" },
  privateKey: { onHost: "/etc/ssl/private/wiki.key" },
};
const packaged = { ...helmGroup, plural: "helmcharts" };

/** The life of one stack: each test begins where the previous one ended. */
describe.skipIf(!isRoot)("a stack whose balancer ends TLS", () => {
  let stack: Rehearsed;
  let cluster: KubeConfig;

  beforeAll(async () => {
    stack = await rehearse({
      stackFile: stackText({
        balancers: ["lb-1"],
        servers,
        keys: {
          loadBalancer: {
            kind: "nginx",
            layer: 7,
            hosts: [{ name: "lb-1", address: "192.0.2.101", hostKey: "ssh-ed25519 AAAA" }],
            sites: [wiki],
          },
          tls: { source: "secret", certificate: "certificates/rancher.pem" },
        },
      }),
    });
    cluster = new KubeConfig();
    cluster.loadFromString(stack.kubernetes.kubeconfig);
    await markHosts(stack.hosts);
  });
  afterAll(async () => {
    await stack?.close();
    await clearLeftovers();
  });

  const succeeds = (run: PulumiRun) => expect(run.code, run.text).toBe(0);
  const objects = () => cluster.makeApiClient(CustomObjectsApi);
  const target = () => {
    const [host] = stack.hosts;
    return { hostname, address: host?.address ?? "", caCertificate: stack.authority.certificate };
  };
  const failedChecks = async () => {
    const asked = { ...target(), nodes: servers, clientAddress: stack.sandbox.subnet.machine, sites: [wiki] };
    const results = await checkThroughBalancer(asked);
    expect(results.map(({ name }) => name)).toContain("Rancher sees the client's address");
    expect(results.map(({ name }) => name)).toContain("site wiki answers");
    return results.filter(({ passed }) => !passed);
  };
  /** Steps of an up in the order they began and ended: `rancher-release creating`. */
  const stepsOf = (run: PulumiRun) =>
    run.lines.flatMap((line) => {
      const found = / (ingress-trust-config|lb-1-nginx-script|rancher-release) (creat|updat)(ing|ed)\b/.exec(line);
      return found ? [`${found[1]} ${found[3] === "ing" ? "begins" : "ends"}`] : [];
    });
  const inTurn = (run: PulumiRun) => [...new Set(stepsOf(run))];
  let sites: unknown;
  const layer = (number: 4 | 7) =>
    stack.edit((config) => {
      const { sites: before, ...balancer } = config["rancher:loadBalancer"] as Record<string, unknown>;
      sites ??= before;
      config["rancher:loadBalancer"] = { ...balancer, layer: number, ...(number === 7 && { sites }) };
    });
  const chartConfigs = async () => {
    const list = await objects().listNamespacedCustomObject({ ...helmGroup, plural: "helmchartconfigs" });
    return (list as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name);
  };

  it("is refused if this stack may not configure the ingress controller, with the text to apply", async () => {
    await objects().deleteNamespacedCustomObject({ ...packaged, name: "traefik" });

    const preview = await stack.preview();

    await objects().createNamespacedCustomObject({ ...packaged, body: helmChart("traefik") });
    expect(preview.code).not.toBe(0);
    expect(preview.text).toContain("rancher:loadBalancer.layer is 7, where the ingress controller must trust");
    expect(preview.text).toContain(`- ${target().address}`);
  });

  it("comes up: trust first, then nginx, then Rancher, which sees the client's address", async () => {
    const up = await stack.up();

    succeeds(up);
    expect(inTurn(up)).toEqual([
      "ingress-trust-config begins",
      "ingress-trust-config ends",
      "lb-1-nginx-script begins",
      "lb-1-nginx-script ends",
      "rancher-release begins",
      "rancher-release ends",
    ]);
    expect(await failedChecks()).toEqual([]);
    const secrets = await cluster.makeApiClient(CoreV1Api).listNamespacedSecret({ namespace: "cattle-system" });
    expect(secrets.items.map(({ metadata }) => metadata?.name)).not.toContain("tls-rancher-ingress");
  });

  it("is not changed by a second up", async () => {
    const before = await nginxProcesses(stack.host("lb-1"));

    succeeds(await stack.up("--expect-no-changes"));

    expect(await nginxProcesses(stack.host("lb-1"))).toEqual(before);
  });

  it("switches to layer 4 in one up, without a failed request: Rancher first, then nginx, trust last", async () => {
    layer(4);

    const { result: up, ...answers } = await askWhile([target()], stack.up());

    succeeds(up);
    expect(answers.failures).toEqual([]);
    expect(inTurn(up)).toEqual([
      "rancher-release begins",
      "rancher-release ends",
      "lb-1-nginx-script begins",
      "lb-1-nginx-script ends",
    ]);
    expect(await chartConfigs()).toEqual([]);
    const { nodes } = stack;
    const results = await checkThroughBalancer({ ...target(), nodes: nodes.map(({ name }) => name) });
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });

  it("switches back to layer 7 in one up, without a failed request", async () => {
    layer(7);

    const { result: up, ...answers } = await askWhile([target()], stack.up());

    succeeds(up);
    expect(answers.failures).toEqual([]);
    expect(await failedChecks()).toEqual([]);
  });

  it("is destroyed without a trace", async () => {
    succeeds(await stack.destroy());

    const failed = (await checkNothingLeft(stack)).filter(({ passed }) => !passed);
    expect(failed).toEqual([]);
    expect(await chartConfigs()).toEqual([]);
  });
});
