import { describe, expect, it } from "vitest";
import { upgradeTestSeconds } from "../../components/docker/data/upgrade-test.ts";
import { diskFree, dockerHostSizes } from "../../components/docker/host/docker-host-figures.ts";
import { backupUnit } from "../../components/docker/backup/backup-timer.ts";
import { adoptedSuffix, auditLogVolume, rancherVolume } from "../../components/docker/names.ts";
import { checkCompatibility } from "../../components/program/compatibility.ts";
import { connectionTo } from "../../components/host/connection.ts";
import { sshHost } from "../../components/host/host.ts";
import { link, shellFunctions } from "../../components/host/shell/link.ts";
import { lockSeconds } from "../../components/host/script.ts";
import { shellFiles } from "../../components/host/shell/shell-files.ts";
import { defaultNginxOptions } from "../../components/load-balancer/nginx/config/nginx-options.ts";
import { renderNginxScript } from "../../components/load-balancer/nginx/package/nginx-script.ts";
import { rancherListeners } from "../../components/load-balancer/rancher-listeners.ts";
import type { TlsSettings } from "../../components/stack-file/settings.ts";
import { planTls } from "../../components/tls/tls-plan.ts";
import { balancerHost, prodSettings } from "../support/prod-stack.ts";
import { page, tableRows } from "./pages.ts";

/** What the pages state as fact is derived from the code, so that neither changes without the other. */
describe("docs/choosing-a-mode.md", () => {
  const choosing = page("docs/choosing-a-mode.md");

  it.each(tableRows(choosing, "Rancher"))("gives Rancher %s the Kubernetes the gate gives it: %s", (minor, range) => {
    const [oldest = NaN, newest = NaN] = (range ?? "").split(" to ").map((version) => Number(version.split(".")[1]));
    const accepts = (kubernetes: number) =>
      checkCompatibility({ rancher: `${minor}.0`, kubernetes: `v1.${kubernetes}.1`, distribution: "existing" })
        .length === 0;

    expect([oldest - 1, oldest, newest, newest + 1].map(accepts)).toEqual([false, true, true, false]);
  });

  it("states what follows from every TLS source", () => {
    const sources: readonly TlsSettings[] = [
      { source: "rancher" },
      { source: "letsEncrypt", email: "ops@example.com", environment: "production" },
      { source: "secret", certificate: { from: "stack", chain: "" } },
      { source: "secret", certificate: { from: "stack", chain: "" }, caCertificate: "" },
    ];

    const stated = tableRows(choosing, "source").map(([, certManager, mode]) => [certManager, mode]);
    const plans = sources.map((source) => planTls(source, "ingress", undefined));
    expect(stated).toEqual(
      plans.map(({ certManager, agentTLSMode }) => [certManager ? "yes" : "no", `\`${agentTLSMode}\``]),
    );
  });
});

describe("docs/interrupted-runs.md", () => {
  const { text } = page("docs/interrupted-runs.md");
  const rendered = renderNginxScript({
    listeners: rancherListeners(prodSettings()),
    options: defaultNginxOptions,
    package: "distribution",
    certificates: [],
  });
  const nginx = link(rendered);

  it("lists the exit codes of scripts", () => {
    const listed = tableRows(page("docs/interrupted-runs.md"), "code").map(([code]) => Number(code));

    const used = [...shellFiles().values()].flatMap(({ text }) => [...text.matchAll(/\bfail (\d+) /g)]);
    const codes = new Set(used.map(([, code]) => Number(code)));

    expect(listed).toEqual([0, ...[...codes].sort((one, other) => one - other), 124, 137]);
  });

  it("states the number of connection attempts, and their duration", () => {
    const { dialErrorLimit, perDialTimeout } = connectionTo(sshHost(balancerHost()), {}) as {
      dialErrorLimit: number;
      perDialTimeout: number;
    };
    // Pauses as the provider makes them: 0.1 s, half as long again each time, 5 s at most.
    const pauses = Array.from({ length: dialErrorLimit }, (_, tries) => Math.min(0.1 * 1.5 ** tries, 5));
    const refused = pauses.reduce((sum, pause) => sum + pause, 0);
    const silent = refused + (dialErrorLimit + 1) * perDialTimeout;

    expect(text).toContain(`after ${dialErrorLimit} failed attempts`);
    expect(text).toContain(`is tried ${dialErrorLimit + 1} times, each for at most ${perDialTimeout} s`);
    expect(Math.ceil(refused / 60), "a refused connection: 1 minute").toBe(1);
    expect(Math.ceil(silent / 60), "no answer: 3 minutes at most").toBe(3);
  });

  it.each([
    ["the lock of a host", () => `${lockSeconds}`, /(\d+)/, "for $1 s"],
    ["the lock of dpkg", () => nginx, /apt_lock_seconds=(\d+)/, "$1 s for each of its locks"],
    ["a new configuration", () => nginx, /\nlive_seconds=(\d+)/, "did not take effect within $1 s"],
    ["free space", () => shellFunctions("check_machine"), /free_mib=(\d+)/, "$1 MiB are needed"],
  ])("has the limit of %s", (_, script, limit, statement) => {
    const [, number = "not found"] = limit.exec(script()) ?? [];

    expect(text).toContain(statement.replace("$1", number));
  });

  it("names the ports nginx needs", () => {
    const { client_ports, local_ports } = rendered.values as Record<string, readonly number[]>;
    const [last, ...others] = [...client_ports!, ...local_ports!].reverse();

    expect(text).toContain(`port ${others.reverse().join(", ")} or ${last} in use`);
  });
});

describe("the pages about a single node", () => {
  const single = page("docs/single-node.md");
  const backups = page("docs/single-node-backup.md");
  const takeover = page("docs/single-node-adopt.md");
  const refusal = (part: string) => (shellFunctions("unsafe_path").includes(part) ? part : "another text");

  it("states the sizes that the host check requires", () => {
    const stated = tableRows(single, "size").map(([, clusters, nodes, cpus, memory]) => [
      clusters,
      nodes,
      cpus,
      memory,
    ]);

    expect(stated).toEqual(
      dockerHostSizes.map(({ clusters, nodes, cpus, memory }) => [
        `${clusters}`,
        `${nodes}`,
        `${cpus}`,
        `${memory} GB`,
      ]),
    );
  });

  it.each([
    ["what the disk needs", single, `${diskFree.needed} GiB free at least, ${diskFree.comfortable} to be comfortable`],
    [
      "the test of an upgrade",
      backups,
      upgradeTestSeconds === 600 ? "has ten minutes to become healthy" : "another time",
    ],
    ["the unit of the timer", backups, `journalctl -u ${backupUnit}`],
    ["the name of a container that was taken over", takeover, `CONTAINER${adoptedSuffix}`],
    ["the volume of the data", single, `the volume \`${rancherVolume}\``],
    ["an unsafe owner of the backup folder", backups, refusal("who can replace what is in")],
    ["a backup folder that others may write to", backups, refusal("other users may write to")],
    ["the volume of the audit log", single, `the volume \`${auditLogVolume}\``],
  ])("state %s as the code does", (_, { text: written }, statement) => {
    expect(written).toContain(statement);
  });
});
