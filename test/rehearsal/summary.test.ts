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
    rancherVersion: "2.15.0",
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
    { name: "provider command", version: "1.2.1", kind: "stand-in", from: "this project" },
    { name: "helm", version: "3.19.0", kind: "genuine", from: "built here" },
  ],
};

describe("the summary", () => {
  it("tells the URL, the topology, the checks, the times and who took part", () => {
    const text = stripVTControlCharacters(renderSummary(result));

    expect(text).toBe(`
https://rancher.example.com
  reached at 198.18.0.15, 198.18.0.16, as https://rancher.example.com would be once DNS leads there

prod
├─ nginx, layer 4: lb-1 (198.18.0.15)
├─ nginx, layer 4: lb-2 (198.18.0.16)
└─ cluster: Kubernetes v1.34.1, Rancher 2.15.0
   ├─ server-1 (198.18.0.11)
   └─ server-2 (198.18.0.12)

✓ HTTP leads to HTTPS 302
✗ a websocket opens: the upgrade was answered with 404

  hosts      2.0 s
  pulumi up  12.5 s

  provider command  1.2.1   stand-in  this project
  helm              3.19.0  genuine   built here`);
  });

  it("counts a rehearsal as passed only if every check is", () => {
    expect(allPassed(result)).toBe(false);
    expect(allPassed({ checks: result.checks.slice(0, 1) })).toBe(true);
  });

  it("shows the whole of what a failed check saw", () => {
    const seen = "lb-1 has changed /etc/nginx/nginx.conf\nand more";
    expect(stripVTControlCharacters(checkLine({ name: "destroy", passed: false, seen }))).toBe(`✗ destroy: ${seen}`);
  });
});
