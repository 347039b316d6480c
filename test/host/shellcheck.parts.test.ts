import { describe, expect, it } from "vitest";
import { renderBaseCreate, renderBaseDelete, renderBaseUpdate } from "../../components/host/base-script.ts";
import { sshHost } from "../../components/host/host.ts";
import { renderScript } from "../../components/host/script.ts";
import { preamble } from "../../components/host/script-preamble.ts";
import { renderBackup } from "../../components/docker/backup-script.ts";
import { renderDeleteDataMark } from "../../components/docker/data-undo.ts";
import { defaultBalancerOptions } from "../../components/load-balancer/balancer-options.ts";
import { renderHaproxyScript } from "../../components/load-balancer/haproxy-script.ts";
import { renderKeepalivedScript } from "../../components/load-balancer/keepalived-script.ts";
import { renderNginxContainerScript } from "../../components/load-balancer/nginx-container-script.ts";
import { defaultNginxOptions } from "../../components/load-balancer/nginx-options.ts";
import { renderNginxScript } from "../../components/load-balancer/nginx-script.ts";
import { rancherListeners } from "../../components/load-balancer/rancher-listeners.ts";
import { listArchivesScript } from "../../operations/archives.ts";
import { findContainerScript } from "../../operations/found-container.ts";
import { findDockerObjects } from "../../operations/recovery/docker-objects.ts";
import { balancerHost, prodSettings } from "../support/prod-stack.ts";
import { findings, hasShellcheck, laterScripts, undoSteps } from "./support/shellcheck.ts";

const marker = { hostName: "lb-1", stack: "rancher/prod" };
const nginx = {
  listeners: rancherListeners(prodSettings()),
  options: defaultNginxOptions,
  package: "distribution",
  certificates: [],
} as const;
const certificates = [
  { name: "rancher", hostname: "rancher.example.com", from: "stack", chain: "CHAIN\n", privateKey: "KEY" },
  { name: "wiki", hostname: "wiki.example.com", from: "host", certificate: "/tls/my cert.pem", privateKey: "/tls/key" },
] as const;

const floating = {
  address: "192.0.2.20",
  virtualRouterId: 51,
  hosts: [
    { name: "lb-1", peerAddress: "192.0.2.21" },
    { name: "lb-2", peerAddress: "192.0.2.22" },
  ],
  self: "lb-1",
};

const bodies: Record<string, string> = {
  "base-create": renderBaseCreate(marker),
  "base-update": renderBaseUpdate(marker),
  "base-delete": renderBaseDelete(marker),
  "run-undo": "run_undo nginx\n",
  nginx: renderNginxScript(nginx),
  "nginx of nginx.org with certificates": renderNginxScript({ ...nginx, package: "nginx.org", certificates }),
  "nginx as a container": renderNginxContainerScript({ ...nginx, image: "nginx:1.30.4", certificates }),
  HAProxy: renderHaproxyScript({
    listeners: nginx.listeners.filter((listener) => listener.layer === 4),
    options: defaultBalancerOptions,
  }),
  "a floating address": renderKeepalivedScript(floating),
  "a backup by hand": renderBackup({ keep: 7, folder: "/var/backups/my rancher" }),
  "deletion of data": renderDeleteDataMark("delete"),
  "a container somebody runs": findContainerScript("old one").body,
  "a list of archives": listArchivesScript("/var/backups/my rancher").body,
  "what an interrupted run created": findDockerObjects(
    [
      { urn: "urn", kind: "container", name: "rancher", stack: "rancher/dev" },
      { urn: "urn", kind: "network", name: "rancher", stack: "rancher/dev" },
    ],
    { hostName: "local", stack: "rancher/dev" },
  ).body,
};

describe.skipIf(!hasShellcheck)("shellcheck", () => {
  it.each(Object.keys(bodies))("finds nothing in %s, with its preamble", (name) => {
    const script = `${preamble({ name, stateFolder: "/var/lib/rancher-stack" })}\n${bodies[name]}`;

    expect(findings(script)).toBe("");
  });

  it("finds nothing in the part that becomes root", () => {
    const script = renderScript(sshHost(balancerHost()), {
      name: "motd",
      title: "greets",
      body: "say hello\n",
      timeoutSeconds: 60,
    });

    expect(findings(script)).toBe("");
  });

  it("finds nothing in undo steps, with their preamble", () => {
    const steps = Object.values(bodies).flatMap(undoSteps);

    expect(steps.length).toBeGreaterThanOrEqual(1);
    for (const step of steps) {
      expect(findings(`${preamble({ name: "nginx", stateFolder: "/var/lib/rancher-stack" })}\n${step}`)).toBe("");
    }
  });

  it("finds nothing in scripts that systemd runs later", () => {
    const scripts = Object.values(bodies).flatMap(laterScripts);

    expect(scripts).toHaveLength(2);
    expect(scripts.map(findings)).toEqual(["", ""]);
  });

  it("reports a real mistake", () => {
    expect(findings("rm $1\n")).toContain("SC2086");
  });
});
