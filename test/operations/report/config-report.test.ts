import { createColors } from "picocolors";
import { expect, it } from "vitest";
import { readSettings } from "../../../components/stack-file/stack-file.ts";
import { defaultNginxImage } from "../../../components/program/versions.ts";
import { configReport } from "../../../operations/report/config-report.ts";
import { goodSingleNode, goodSource } from "../../stack-files/stack-file-case.ts";

const hosts = ["192.0.2.10", "192.0.2.20"].map((address, index) => ({
  name: `lb-${index + 1}`,
  address,
  hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIgO7Rd0hFRU3UhPq0lq7bpXtCmHzO7un6Ofhjcyc7Vq",
}));
const onHosts = { certificate: { onHost: "/etc/ssl/a.pem" }, privateKey: { onHost: "/etc/ssl/a.key" } };
const site = { name: "wiki", hostname: "wiki.example.com", upstreams: ["192.0.2.31:80"], ...onHosts };

it.each([
  [{ kind: "haproxy", hosts }, "haproxy at layer 4 on lb-1, lb-2, in front of server-1"],
  [
    { kind: "nginx", hosts, floatingAddress: { address: "192.0.2.9" } },
    "nginx at layer 4 on lb-1, lb-2, at 192.0.2.9, in front of server-1",
  ],
  [
    { kind: "nginx", layer: 7, hosts, runAs: "container", image: "nginx:1.31.3", sites: [site] },
    "nginx in a container (nginx:1.31.3) at layer 7 on lb-1, lb-2, in front of server-1, also serving wiki",
  ],
  [{ kind: "none" }, "none"],
])("describes the load balancer of %j", (loadBalancer, line) => {
  const good = goodSource();
  const tls = "layer" in loadBalancer ? { source: "secret", ...onHosts } : { source: "rancher" };
  const source = { ...good, values: { ...good.values, loadBalancer, tls } };

  const { text, wrong } = configReport("Pulumi.mine.yaml", source, readSettings(source), createColors(false));

  expect(wrong).toBe(false);
  expect(text).toContain(`  load balancer  ${line}\n`);
});

const remote = goodSingleNode().values["docker"] as object;

it.each([
  [
    { hostname: "rancher.localhost", docker: undefined },
    [
      "  url            https://rancher.localhost",
      "  Rancher        2.15.2, rancher/rancher:v2.15.2",
      "  host           this machine's Docker engine",
      `  load balancer  nginx in a container (${defaultNginxImage}) at layer 7, ports 80 and 443`,
      "  certificate    generated",
    ],
  ],
  [
    {
      docker: { ...remote, engine: "install" },
      loadBalancer: { kind: "nginx", runAs: "host", ports: { https: 8443 }, sites: [site] },
      tls: { source: "secret", ...onHosts },
    },
    [
      "  url            https://rancher.example.com:8443",
      "  Rancher        2.15.2, rancher/rancher:v2.15.2",
      "  host           Docker on rancher-1, installed by this stack",
      "  load balancer  nginx at layer 7, ports 80 and 8443, also serving wiki",
      "  certificate    secret",
    ],
  ],
  [
    { loadBalancer: { kind: "none" } },
    [
      "  url            https://rancher.example.com",
      "  Rancher        2.15.2, rancher/rancher:v2.15.2",
      "  host           Docker on rancher-1",
      "  load balancer  none: Rancher serves clients itself, with its own certificate",
      "  certificate    rancher",
    ],
  ],
])("describes a single node with %j, and what was not checked", (change, lines) => {
  const good = goodSingleNode();
  const source = { ...good, values: { ...good.values, ...change } };

  const { text, wrong } = configReport("Pulumi.mine.yaml", source, readSettings(source), createColors(false));

  expect(wrong).toBe(false);
  expect(text.split("\n").slice(2)).toEqual([
    ...lines,
    "",
    "Not checked:",
    "  the Docker host: whether it answers, and is large enough",
    "  the currently running version; pulumi preview does",
  ]);
});
