import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { allPassed, checkLine, clusterTopology, renderSummary, type RehearsalResult } from "../../rehearsal/summary.ts";

const result: RehearsalResult = {
  stack: "prod",
  url: "https://rancher.example.com",
  reachedBy: "198.18.0.15, 198.18.0.16",
  topology: clusterTopology({
    stack: "prod",
    balancer: "nginx, layer 4",
    hosts: [
      { name: "lb-1", address: "198.18.0.15" },
      { name: "lb-2", address: "198.18.0.16" },
    ],
    nodes: [
      { name: "server-1", address: "198.18.0.11" },
      { name: "server-2", address: "198.18.0.12" },
    ],
    rancherVersion: "2.15.2",
    kubernetesVersion: "v1.34.1",
  }),
  checks: [
    { name: "HTTP leads to HTTPS", passed: true, seen: "302" },
    { name: "a websocket opens", passed: false, seen: "the upgrade was answered with 404" },
  ],
  times: new Map([
    ["hosts", 2.04],
    ["pulumi up", 12.5],
  ]),
  participants: [
    { name: "provider command", version: "1.2.1", kind: "fake", from: "this project" },
    { name: "etcd", version: "3.6.5", kind: "genuine", from: "built here" },
    { name: "kube-apiserver", version: "1.34.1", kind: "genuine", from: "built here" },
    { name: "kube-scheduler", version: "1.34.1", kind: "genuine", from: "built here" },
    { name: "helm", version: "3.19.0", kind: "genuine", from: "built here" },
  ],
};

describe("the summary", () => {
  it("has the URL, the topology, the checks, the times and the components, 80 columns wide", () => {
    const text = stripVTControlCharacters(renderSummary(result, 80));

    expect(text).toBe(`
https://rancher.example.com
  reached at 198.18.0.15, 198.18.0.16; https://rancher.example.com works once
    DNS resolves to it

prod
├─ nginx, layer 4: lb-1 (198.18.0.15)
├─ nginx, layer 4: lb-2 (198.18.0.16)
└─ cluster: Kubernetes v1.34.1, Rancher 2.15.2
   ├─ server-1 (198.18.0.11)
   └─ server-2 (198.18.0.12)

✓ HTTP leads to HTTPS: 302
✗ a websocket opens: the upgrade was answered with 404

  hosts      2.0 s
  pulumi up  12.5 s

  fake, this project: provider command 1.2.1
  genuine, built here: etcd 3.6.5, kube-apiserver 1.34.1, kube-scheduler
    1.34.1, helm 3.19.0`);
  });

  it("counts a rehearsal as passed only if every check passed", () => {
    expect(allPassed(result)).toBe(false);
    expect(allPassed({ checks: result.checks.slice(0, 1) })).toBe(true);
  });

  it("shows all that a failed check saw", () => {
    const seen = "lb-1 has changed /etc/nginx/nginx.conf\nand more";
    expect(stripVTControlCharacters(checkLine({ name: "destroy", passed: false, seen }))).toBe(`✗ destroy: ${seen}`);
  });
});
