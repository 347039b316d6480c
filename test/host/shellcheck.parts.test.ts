import { describe, expect, it } from "vitest";
import { renderBaseCreate, renderBaseDelete, renderBaseUpdate } from "../../components/host/base-script.ts";
import type { ShellScript } from "../../components/host/link.ts";
import { parseShellFile } from "../../components/host/shell-files.ts";
import { renderBackup } from "../../components/docker/backup-script.ts";
import { renderDeleteDataMark } from "../../components/docker/data-undo.ts";
import { defaultBalancerOptions } from "../../components/load-balancer/balancer-options.ts";
import { renderHaproxyScript } from "../../components/load-balancer/haproxy-script.ts";
import { renderKeepalivedScript } from "../../components/load-balancer/keepalived-script.ts";
import { renderNginxContainerScript } from "../../components/load-balancer/nginx-container-script.ts";
import { defaultNginxOptions } from "../../components/load-balancer/nginx-options.ts";
import { renderNginxScript } from "../../components/load-balancer/nginx-script.ts";
import { rancherListeners } from "../../components/load-balancer/rancher-listeners.ts";
import { listArchivesScript } from "../../operations/single-node/archives.ts";
import { findContainerScript } from "../../operations/single-node/found-container.ts";
import { findDockerObjects } from "../../operations/recovery/docker-objects.ts";
import { prodSettings } from "../support/prod-stack.ts";
import { hasShellcheck, laterScripts, unassigned } from "./support/shellcheck.ts";

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

const scripts: Readonly<Record<string, ShellScript>> = {
  "base-create": renderBaseCreate(marker),
  "base-update": renderBaseUpdate(marker),
  "base-delete": renderBaseDelete(marker),
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
  it.each(Object.entries(scripts))("finds no missing value in %s, nor in what it leaves for later", (_, script) => {
    expect(unassigned(script)).toEqual([]);
  });

  it("looks at undo steps and at what systemd runs", () => {
    expect(Object.values(scripts).flatMap(laterScripts).length).toBeGreaterThan(5);
  });

  it("reports a missing value", () => {
    expect(unassigned({ main: parseShellFile('echo "$missing"\n') }).join()).toContain(
      "missing is referenced but not assigned",
    );
  });
});
