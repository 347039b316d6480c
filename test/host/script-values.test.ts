import { beforeAll, describe, expect, it } from "vitest";
import { renderBaseCreate, renderBaseDelete, renderBaseUpdate } from "../../components/host/base-script.ts";
import { localHost, sshHost } from "../../components/host/host.ts";
import type { ShellScript, ShellValue } from "../../components/host/shell/link.ts";
import { parseShellFile, shellFile, shellFiles } from "../../components/host/shell/shell-files.ts";
import { renderBackup } from "../../components/docker/backup/backup-script.ts";
import { renderDataDeletionRequest } from "../../components/docker/data/data-undo.ts";
import { renderDockerHostChecks } from "../../components/docker/host/docker-host-checks.ts";
import { renderEngineInstall } from "../../components/docker/engine/engine-install-script.ts";
import { rancherContainerSpec } from "../../components/docker/rancher/rancher-container-spec.ts";
import { renderRancherDataScript } from "../../components/docker/data/rancher-data-script.ts";
import { renderRancherReadyScript } from "../../components/docker/rancher/rancher-ready-script.ts";
import { defaultBalancerOptions } from "../../components/load-balancer/balancer-options.ts";
import { renderHaproxyScript } from "../../components/load-balancer/haproxy/haproxy-script.ts";
import { renderKeepalivedScript } from "../../components/load-balancer/keepalived/keepalived-script.ts";
import { renderNginxContainerScript } from "../../components/load-balancer/nginx/container/nginx-container-script.ts";
import { defaultNginxOptions } from "../../components/load-balancer/nginx/config/nginx-options.ts";
import { renderNginxScript } from "../../components/load-balancer/nginx/package/nginx-script.ts";
import { rancherListeners } from "../../components/load-balancer/rancher-listeners.ts";
import { renderSingleNodeNginxScript } from "../../components/load-balancer/nginx/single-node/single-node-nginx-script.ts";
import { renderGeneratedCertificate } from "../../components/tls/generated/generated-certificate-script.ts";
import { findDockerObjects } from "../../operations/recovery/docker-objects.ts";
import { listArchivesScript } from "../../operations/single-node/archives.ts";
import { findContainerScript } from "../../operations/single-node/found-container.ts";
import { devSettings, dockerHost } from "../support/dev-stack.ts";
import { prodSettings } from "../support/prod-stack.ts";
import { shellParser, type ParseShell, type ShellPart } from "./support/shell-syntax.ts";

const marker = { hostName: "lb-1", stack: "rancher/prod" };
const listeners = rancherListeners(prodSettings());
const nginx = { listeners, options: defaultNginxOptions, package: "distribution", certificates: [] } as const;
const onHost = { from: "host", certificate: "/tls/my cert.pem", privateKey: "/tls/key" } as const;
const certificates = [
  { name: "rancher", hostname: "rancher.example.com", from: "stack", chain: "CHAIN\n", privateKey: "KEY" },
  { name: "wiki", hostname: "wiki.example.com", ...onHost },
] as const;
const image = "nginx:1.30.4";
const backup = { keep: 7, folder: "/var/backups/my rancher" };
const data = { spec: rancherContainerSpec(devSettings(), ""), version: "2.15.2", image: "rancher/rancher:v2.15.2" };
const generated = { hostname: "rancher.localhost", stack: "rancher/dev", dataFolder: "/var/backups/rancher" };
const orphan = { urn: "urn", kind: "container", name: "rancher", stack: "rancher/dev" } as const;

/** Every script that the program renders, in all variants that have other values. */
const scripts: readonly ShellScript[] = [
  renderBaseCreate(marker),
  renderBaseUpdate(marker),
  renderBaseDelete({ ...marker, kind: "local" }),
  { main: shellFile("host/run-undo.sh") },
  renderNginxScript(nginx),
  renderNginxScript({ ...nginx, package: "nginx.org", certificates, floatingAddress: "192.0.2.9" }),
  renderNginxContainerScript({ ...nginx, image, certificates }),
  ...[true, false].map((local) =>
    renderSingleNodeNginxScript({ ...nginx, image, certificates, singleNode: { network: "rancher", local } }),
  ),
  renderHaproxyScript({
    listeners: listeners.filter((listener) => listener.layer === 4),
    options: defaultBalancerOptions,
  }),
  renderKeepalivedScript({
    address: "192.0.2.20",
    virtualRouterId: 51,
    hosts: [
      { name: "lb-1", peerAddress: "192.0.2.21" },
      { name: "lb-2", peerAddress: "192.0.2.22" },
    ],
    self: "lb-1",
  }),
  renderBackup(backup),
  renderDataDeletionRequest("delete"),
  renderDockerHostChecks({ user: "ops", ports: [80, 443], containers: ["rancher"] }),
  renderEngineInstall({ user: "ops" }),
  renderRancherDataScript({ ...data, backup: { ...backup, schedule: "daily" } }),
  renderRancherDataScript({ ...data, backup, local: true, restore: "a.tar.gz", adopt: "old" }),
  renderRancherReadyScript({ container: "id", version: "2.15.2", stack: "dev", folder: backup.folder }),
  ...[localHost("local"), sshHost(dockerHost)].map((host) => renderGeneratedCertificate({ ...generated, host })),
  findContainerScript("old one").body,
  listArchivesScript(backup.folder).body,
  findDockerObjects([orphan, { ...orphan, kind: "network" }], { hostName: "local", stack: "rancher/dev" }).body,
];

/** The scripts among a script's values, which the host runs later, and theirs. */
function withLater(script: ShellScript): ShellScript[] {
  return [
    script,
    ...Object.values(script.values ?? {})
      .filter(isScript)
      .flatMap(withLater),
  ];
}

function isScript(value: ShellValue): value is ShellScript {
  return typeof value === "object" && "main" in value;
}

let parse: ParseShell;
/** Functions, with the names of those that their file may call. */
const parts = new Map<string, ShellPart & { readonly callable: readonly string[] }>();
/** Constants of the files with functions. */
const constants = new Set<string>();
beforeAll(async () => {
  parse = await shellParser();
  for (const { text, needs, functions } of shellFiles().values()) {
    const syntax = parse(text);
    for (const [name, part] of syntax.functions) parts.set(name, { ...part, callable: [...needs, ...functions] });
    if (!syntax.isMain) for (const name of syntax.rest.sets) constants.add(name);
  }
});

/** The commands of a script and every function that they may call, however indirectly. */
function reached({ main }: ShellScript): ShellPart[] {
  const { rest, functions } = parse(main.text);
  const found = new Map<string, ShellPart>();
  const look = (part: ShellPart, callable: readonly string[]) => {
    const { commands, words } = part;
    const ends = [...commands].flatMap((name) => /^\$\{?\w+\}?(_\w+)$/.exec(name)?.[1] ?? []);
    // Called through a variable, and chosen by a file that this script needs.
    const hooks = ends.flatMap((end) => [...parts.keys()].filter((name) => name.endsWith(end) && chosen.has(name)));
    for (const name of [...[...commands, ...words].filter((each) => callable.includes(each)), ...hooks]) {
      const next = functions.get(name) ?? parts.get(name);
      if (next === undefined || found.has(name)) continue;
      found.set(name, next);
      look(next, parts.get(name)?.callable ?? main.needs);
    }
  };
  const chosen = new Set(neededBy(main.needs));
  look(rest, [...main.needs, ...main.functions]);
  return [rest, ...found.values()];
}

/** These functions, and what their files need. */
function neededBy(names: readonly string[], all = new Set<string>()): ReadonlySet<string> {
  for (const name of names) {
    if (all.has(name)) continue;
    all.add(name);
    neededBy(parts.get(name)?.callable ?? [], all);
  }
  return all;
}

/** Set by the preamble, `run_undo`, the library, the shell or /etc/os-release. */
const given = [
  "state",
  "name",
  "facts",
  "work",
  "lock",
  "library",
  "HOME",
  "PATH",
  "IFS",
  "ID",
  "ID_LIKE",
  "VERSION_ID",
  "VERSION_CODENAME",
];

describe("the scripts of the program", () => {
  it("are all here", () => {
    const mains = [...shellFiles().values()].filter(({ text }) => parse(text).isMain).map(({ text }) => text);
    const frame = ["as-root", "as-user", "preamble", "local-preamble"].map((name) => shellFile(`host/${name}.sh`).text);
    const tested = [...scripts.flatMap(withLater).map(({ main }) => main.text), ...frame];

    const untested = [...shellFiles()]
      .filter(([, { text }]) => mains.includes(text) && !tested.some((one) => one.includes(text)))
      .map(([path]) => path);
    // They run alone, or as the commands of a watcher.
    expect(untested).toEqual([
      "docker/host/host-resolvers.sh",
      "load-balancer/nginx/single-node/single-node-nginx-watcher.sh",
    ]);
  });

  it("get every variable that they read", () => {
    const all = scripts.flatMap(withLater);
    const missing = all.flatMap((script) => {
      // In one variant or another: a value may be read only where it is given.
      const variants = all.filter(({ main }) => main.text === script.main.text);
      const code = reached(script);
      const known = new Set([
        ...given,
        ...constants,
        ...variants.flatMap(({ values = {} }) => Object.keys(values)),
        ...code.flatMap(({ sets, optional }) => [...sets, ...optional]),
      ]);
      const read = new Set(code.flatMap(({ reads }) => [...reads]));
      return [...read].filter((name) => !known.has(name)).map((name) => `${name}: ${script.main.text.slice(0, 60)}`);
    });

    expect([...new Set(missing)]).toEqual([]);
  });

  it("would be found with a missing value", () => {
    const code = reached({ main: parseShellFile('# needs: place_unit\n\nplace_unit x.service "$unit"\n') });

    expect(code.flatMap(({ reads }) => [...reads])).toContain("unit");
    expect(code.length).toBeGreaterThan(3);
  });
});

describe("the constants of shell files", () => {
  it("have names of their own, because the library has all of them", () => {
    const names = [...shellFiles().values()].flatMap(({ text }) => {
      const { isMain, rest } = parse(text);
      return isMain ? [] : [...rest.sets];
    });

    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
