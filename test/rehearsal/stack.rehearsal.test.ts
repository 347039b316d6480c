import { setTimeout as sleep } from "node:timers/promises";
import { AppsV1Api, CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createCertificateAuthority,
  type CertificateAuthority,
} from "../../rehearsal/kubernetes/certificate-authority.ts";
import { checkNothingLeft, markHosts } from "../../rehearsal/traces.ts";
import { clearLeftovers } from "../../rehearsal/sandbox/leftovers.ts";
import { lastFailedChecks } from "./support/balancer-checks.ts";
import { rancherSecret } from "./support/rancher-secret.ts";
import { nginxProcesses } from "./support/nginx-processes.ts";
import { isRoot, rehearse, type PulumiRun, type Rehearsed } from "./support/rehearsed.ts";
import { leadTo, stackText } from "./support/stack-text.ts";
import { watchWrites } from "./support/written-files.ts";
import { askInTurn, askWhile } from "./support/steady-client.ts";

const servers = ["server-1", "server-2", "server-3"];
const added = "server-4";

/** The life of one stack: each test begins where the previous one ended. */
describe.skipIf(!isRoot)("a stack with two balancers", () => {
  let stack: Rehearsed;
  let cluster: KubeConfig;
  let company: CertificateAuthority;

  beforeAll(async () => {
    company = await createCertificateAuthority("Company CA");
    stack = await rehearse({
      stackFile: stackText({
        balancers: ["lb-1", "lb-2"],
        servers: [...servers, added],
        keys: { version: "2.14.3" },
      }),
      alsoServe: { rancher: ["2.15.2"] },
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
  const targets = () =>
    stack.hosts.map(({ address }) => ({
      hostname: stack.hostname,
      address,
      caCertificate: stack.authority.certificate,
    }));
  const checksPass = async (nodes: readonly string[], caCertificate?: string) => {
    expect(await lastFailedChecks(stack, nodes, caCertificate)).toEqual([]);
  };
  const useCertificate = async () => {
    const pair = await company.issue({ commonName: stack.hostname, hosts: [stack.hostname], usage: "server" });
    const { certificate } = pair;
    stack.edit((config) => {
      config["rancher:tls"] = { source: "secret", certificate, caCertificate: company.certificate };
    });
    await stack.setSecret("tlsPrivateKey", pair.key);
    return pair;
  };

  it("comes up, and serves users through each balancer", async () => {
    leadTo(stack, servers);

    succeeds(await stack.up());

    await checksPass(servers);
  });

  it("outputs what a user needs next, with the secrets hidden", async () => {
    const shown = await stack.pulumi(["stack", "output", "--json"]);
    const revealed = await stack.pulumi(["stack", "output", "--json", "--show-secrets"]);

    const outputs = JSON.parse(shown.text) as Record<string, unknown>;
    expect(outputs).toEqual({
      url: "https://rancher.example.com",
      mode: "high-availability",
      rancherVersion: "2.14.3",
      kubernetesVersion: stack.kubernetes.version,
      loadBalancer: stack.hosts.map(({ address }) => address),
      kubeconfig: "[secret]",
      bootstrapPassword: "[secret]",
      nextSteps: expect.arrayContaining([expect.stringContaining("Point rancher.example.com to")]),
    });
    const secrets = JSON.parse(revealed.text) as Record<string, unknown>;
    // Pulumi reads a value from standard input without its last newline.
    expect(secrets["kubeconfig"]).toBe(stack.kubernetes.kubeconfig.trimEnd());
    expect(secrets["bootstrapPassword"]).toMatch(/^[A-Za-z0-9]{24}$/);
    const kept = (await rancherSecret(cluster, "bootstrap-secret")).text("bootstrapPassword");
    expect(kept).toBe(secrets["bootstrapPassword"]);
  });

  it("is not changed by a second up: no resource, no file on a host, no process of nginx", async () => {
    const since = await Promise.all(stack.hosts.map(watchWrites));
    const before = await Promise.all(stack.hosts.map(nginxProcesses));

    const preview = await stack.preview("--expect-no-changes");
    const up = await stack.up("--expect-no-changes");

    succeeds(preview);
    succeeds(up);
    expect(preview.text).toMatch(/Resources:\s+23 unchanged/);
    expect(up.text).toMatch(/Resources:\s+23 unchanged/);
    expect(await Promise.all(since.map((written) => written()))).toEqual([[], []]);
    // Proof that a change would have been detected.
    await stack.host("lb-1").exec(["touch", "/etc/hostname"]);
    expect(await since[0]?.()).toEqual(["/etc/hostname"]);
    expect(await Promise.all(stack.hosts.map(nginxProcesses))).toEqual(before);
  });

  it("shows the lines that a new server changes, in plain text", async () => {
    leadTo(stack, [...servers, added]);

    const preview = await stack.preview("--diff");

    succeeds(preview);
    const address = stack.nodes.find(({ name }) => name === added)?.address ?? "";
    const changed = preview.lines
      .filter((line) => /^ +[-+] /.test(line))
      .map((line) => line.trim().replace(/ +/g, " "));
    // The script's check of connections to itself, and nginx's configuration.
    const ofOneHost = [
      `+ address ${address} 80`,
      `+ address ${address} 443`,
      `+ server ${address}:80 max_fails=1 fail_timeout=10s;`,
      `+ server ${address}:443 max_fails=1 fail_timeout=10s;`,
    ];
    expect(changed).toEqual([...ofOneHost, ...ofOneHost]);
    expect(preview.text).toMatch(/Resources:\s+~ 2 to update\s+21 unchanged/);
    expect(preview.text).not.toContain("[secret]");
  });

  it("adds a new server without a failed request, one balancer after the other", async () => {
    const before = await Promise.all(stack.hosts.map(nginxProcesses));

    const { result: up, ...answers } = await askWhile(targets(), stack.up());

    succeeds(up);
    expect(answers.failures).toEqual([]);
    expect(answers.sent).toBeGreaterThan(40);
    const steps = up.lines.flatMap(
      (line) => /(lb-\d)-nginx-script (updat(?:ing|ed)) /.exec(line)?.slice(1, 3).join(" ") ?? [],
    );
    expect([...new Set(steps)]).toEqual(["lb-1 updating", "lb-1 updated", "lb-2 updating", "lb-2 updated"]);
    const after = await Promise.all(stack.hosts.map(nginxProcesses));
    for (const [index, { master, workers }] of after.entries()) {
      expect(master).toBe(before[index]?.master);
      expect(workers.filter((worker) => before[index]?.workers.includes(worker))).toEqual([]);
    }
    await checksPass([...servers, added]);
  });

  it("responds within moments when a node goes silent", async () => {
    const [target] = targets();
    const node = stack.nodes.find(({ name }) => name === "server-2");
    await node?.freeze();
    try {
      const answers = await askInTurn(target!, 12);

      expect(answers.failures).toEqual([]);
      // A request met the silent node, and waited for nginx to try the next: 2 s and this machine's overhead, not 60.
      expect(answers.slowest).toBeGreaterThan(1900);
      expect(answers.slowest).toBeLessThan(10_000);
    } finally {
      await node?.thaw();
    }
  });

  it("upgrades Rancher in place", async () => {
    stack.edit((config) => (config["rancher:version"] = "2.15.2"));

    const preview = await stack.preview("--diff");
    const up = await stack.up();

    expect(preview.text).toContain('~ version: "2.14.3" => "2.15.2"');
    expect(preview.text).toMatch(/Resources:\s+~ 1 to update\s+22 unchanged/);
    succeeds(up);
    const { spec } = await cluster
      .makeApiClient(AppsV1Api)
      .readNamespacedDeployment({ name: "rancher", namespace: "cattle-system" });
    expect(spec?.template.spec?.containers[0]?.image).toMatch(/:v2\.15\.2$/);
    await checksPass([...servers, added]);
  });

  it("uses certificates of Let's Encrypt from then on", async () => {
    stack.edit((config) => {
      config["rancher:tls"] = { source: "letsEncrypt", email: "ops@example.com", environment: "staging" };
    });

    succeeds(await stack.up());

    const issuers = (await cluster.makeApiClient(CustomObjectsApi).listNamespacedCustomObject({
      group: "cert-manager.io",
      version: "v1",
      namespace: "cattle-system",
      plural: "issuers",
    })) as { items: { spec: unknown }[] };
    expect(issuers.items.map(({ spec }) => spec)).toMatchObject([
      { acme: { email: "ops@example.com", server: "https://acme-staging-v02.api.letsencrypt.org/directory" } },
    ]);
    await checksPass([...servers, added]);
  });

  it("serves a certificate of the user's own CA once it has one", async () => {
    const { certificate } = await useCertificate();

    succeeds(await stack.up());

    await checksPass([...servers, added], company.certificate);
    // It is not replaced by another one later.
    await sleep(5000);
    expect((await rancherSecret(cluster, "tls-rancher-ingress")).text("tls.crt")).toBe(certificate);
    expect((await rancherSecret(cluster, "tls-ca")).text("cacerts.pem")).toBe(company.certificate);
    const outputs = JSON.parse((await stack.pulumi(["stack", "output", "--json"])).text) as Record<string, unknown>;
    expect(outputs["caCertificate"]).toBe(company.certificate);
  });

  it("renews that certificate in the existing Secret, without an interruption", async () => {
    const before = await rancherSecret(cluster, "tls-rancher-ingress");
    const { certificate, key } = await useCertificate();

    const asked = targets().map((target) => ({ ...target, caCertificate: company.certificate }));
    const { result: up, ...answers } = await askWhile(asked, stack.up());

    succeeds(up);
    expect(answers.failures).toEqual([]);
    expect(up.text).toMatch(/Resources:\s+~ 1 updated/);
    const after = await rancherSecret(cluster, "tls-rancher-ingress");
    expect(after.uid).toBe(before.uid);
    expect(after.resourceVersion).toBeGreaterThan(before.resourceVersion);
    expect([after.text("tls.crt"), after.text("tls.key")]).toEqual([certificate, key.trimEnd()]);
  });

  it("is destroyed without a trace", async () => {
    succeeds(await stack.destroy());

    const failed = (await checkNothingLeft(stack)).filter(({ passed }) => !passed);
    expect(failed).toEqual([]);
  });
});
