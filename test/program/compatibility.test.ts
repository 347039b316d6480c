import { describe, expect, it } from "vitest";
import { checkCompatibility, checkUpgrade } from "../../components/program/compatibility.ts";
import type { RequestedVersions } from "../../components/program/compatibility.ts";
import { describeProblems } from "../../components/program/problem.ts";
import { kubernetesWarnings, rancherWarnings } from "../../components/program/support-warnings.ts";
import { defaultVersions } from "../../components/program/versions.ts";

const said = (asked: Partial<RequestedVersions>) =>
  describeProblems(checkCompatibility({ rancher: "2.15.2", distribution: "existing", ...asked }));

/** Every row of the table, as its sources state it. */
const rows = [
  { rancher: "2.11.3", oldest: "1.30", newest: "1.32", bound: "1.33" },
  { rancher: "2.12.3", oldest: "1.31", newest: "1.33", bound: "1.34" },
  { rancher: "2.13.3", oldest: "1.32", newest: "1.34", bound: "1.35" },
  { rancher: "2.14.3", oldest: "1.33", newest: "1.35", bound: "1.36" },
  { rancher: "2.15.2", oldest: "1.34", newest: "1.36", bound: "1.37" },
];

const below = (minor: string) => `1.${Number(minor.slice(2)) - 1}`;

describe.each(rows)("Rancher $rancher", ({ rancher, oldest, newest, bound }) => {
  it("supports its oldest and newest Kubernetes, whatever the distribution", () => {
    for (const kubernetes of [
      `v${oldest}.0`,
      `v${newest}.9`,
      `v${newest}.2+k3s1`,
      `v${oldest}.4-eks-abc123`,
      `${newest}.0`,
    ])
      expect(said({ rancher, kubernetes })).toBe("");
  });

  it("does not support an older Kubernetes, although its chart allows it", () => {
    expect(said({ rancher, kubernetes: `v${below(oldest)}.9` })).toMatch(
      new RegExp(
        `^rancher:cluster.version is v${below(oldest)}.9, but Rancher .* runs on Kubernetes ${oldest} to ${newest}\\.`,
      ),
    );
  });

  it.each([".0", ".0-rc.1", ".1+rke2r1"])("has a chart that refuses the next Kubernetes minor, also as %s", (patch) => {
    expect(said({ rancher, kubernetes: `v${bound}${patch}` })).toContain(
      `which the chart of Rancher ${rancher} refuses (<${bound}.0-0)`,
    );
  });
});

describe("the gate", () => {
  it("supports the versions that the program uses by default", () => {
    expect(said({ ...defaultVersions, kubernetes: "v1.36.1" })).toBe("");
  });

  it.each(["2.10.9", "2.16.0", "1.6.30", "3.0.0"])("has no row for Rancher %s", (rancher) => {
    expect(said({ rancher })).toBe(
      `rancher:version is ${rancher}, which this program does not know: it supports Rancher 2.11 to 2.15. Choose one of those.`,
    );
  });

  it("names the Rancher versions that support a Kubernetes", () => {
    expect(said({ rancher: "2.11.3", kubernetes: "v1.35.1" })).toBe(
      "rancher:cluster.version is v1.35.1, which the chart of Rancher 2.11.3 refuses (<1.33.0-0). " +
        "Rancher 2.11 runs on Kubernetes 1.30 to 1.32. Use a Kubernetes in that range, or Rancher 2.14 or 2.15.",
    );
  });

  it.each([
    ["2.15.2", "2.15.2"],
    ["2.15.3", "2.15.2"],
    ["2.15.2", "2.14.3"],
    ["2.15.2", "2.14.1"],
    ["2.11.3", "2.10.3"],
  ])("lets %s replace %s", (rancher, installedRancher) => {
    expect(said({ rancher, installedRancher })).toBe("");
  });

  it("refuses to skip a minor, and names the upgrade path", () => {
    expect(said({ installedRancher: "2.13.3" })).toBe(
      "rancher:version is 2.15.2, but 2.13.3 is installed, and Rancher is upgraded one minor at a time. Go to 2.14.3 first.",
    );
    expect(said({ installedRancher: "v2.11.3" })).toBe(
      "rancher:version is 2.15.2, but 2.11.3 is installed, and Rancher is upgraded one minor at a time. " +
        "Go to 2.12.3 first (the whole way: 2.12.3, 2.13.3, 2.14.3, 2.15.2).",
    );
  });

  it("names an upgrade path from a Rancher that is older than the table, too", () => {
    expect(said({ rancher: "2.11.3", installedRancher: "2.8.0" })).toContain("Go to the newest 2.9 first");
    expect(said({ rancher: "2.12.3", installedRancher: "2.8.0" })).toContain("Go to the newest 2.9 first");
  });

  it.each([
    ["2.14.3", "2.15.2"],
    ["2.15.2", "2.15.3"],
    ["2.15.2", "3.0.0"],
  ])("refuses %s over %s", (rancher, installedRancher) => {
    expect(said({ rancher, installedRancher })).toBe(
      `rancher:version is ${rancher}, but ${installedRancher} is installed, and Rancher cannot be downgraded. Set it to ` +
        `${installedRancher} or newer; the way back is restoring a backup taken on ${rancher} and rolling the chart back.`,
    );
  });

  it.each(["2.12.0", "2.15.2"])("refuses RKE with Rancher %s", (rancher) => {
    expect(said({ rancher, distribution: "rke" })).toBe(
      `rancher:cluster.distribution is rke, but Rancher ${rancher} refuses RKE: support for it ended on 2025-07-31, and ` +
        "since 2.12 the chart does not upgrade if RKE clusters exist. Move to another distribution, or stay with Rancher 2.11.",
    );
  });

  it("accepts RKE with Rancher 2.11", () => {
    expect(said({ rancher: "2.11.3", distribution: "rke", kubernetes: "v1.30.14" })).toBe("");
  });

  it.each([
    ["1.15.0", "v1.34.1", ""],
    ["v1.18.2", "v1.34.1", ""],
    ["1.22.0", "v1.36.1", ""],
    ["1.20.2", "v1.35.1", ""],
    ["1.21.2", undefined, ""],
    ["1.14.7", undefined, "is 1.14.7, but Rancher 2.15.2 needs cert-manager 1.15.0 or newer."],
    [
      "1.20.2",
      "v1.36.1",
      "is 1.20.2, which runs on Kubernetes 1.32 to 1.35, but the cluster has v1.36.1. Use cert-manager 1.21.",
    ],
  ])("checks cert-manager %s on Kubernetes %s", (certManager, kubernetes, message) => {
    expect(said({ certManager, kubernetes })).toBe(message === "" ? "" : `rancher:certManager.version ${message}`);
  });

  it("finds no cert-manager for a Kubernetes that is too old for every version", () => {
    expect(said({ rancher: "2.12.3", kubernetes: "v1.31.9", certManager: "1.21.2" })).toBe(
      "rancher:certManager.version is 1.21.2, which runs on Kubernetes 1.33 to 1.36, but the cluster has v1.31.9. " +
        "No supported cert-manager runs there: change Kubernetes.",
    );
  });

  it("requires the Helm version that a chart needs", () => {
    expect(said({ helm: "3.19.0" })).toBe("");
    expect(said({ helm: "3.17.3" })).toBe(
      "rancher:version is 2.15.2, whose chart needs Helm 3.18.0 or newer, but this is Helm 3.17.3. Update Helm.",
    );
    expect(said({ rancher: "2.11.3", helm: "3.17.3" })).toBe("");
  });

  it("ignores values that are not versions", () => {
    expect(said({ rancher: "latest" })).toBe("");
    expect(said({ kubernetes: "unknown", certManager: "?", installedRancher: "head", helm: "" })).toBe("");
  });

  it("reports all problems together", () => {
    expect(
      checkCompatibility({
        rancher: "2.15.2",
        installedRancher: "2.12.1",
        kubernetes: "v1.33.1",
        certManager: "1.14.0",
        helm: "3.1.0",
        distribution: "rke",
      }).map(({ key }) => key),
    ).toEqual([
      "rancher:version",
      "rancher:cluster.distribution",
      "rancher:cluster.version",
      "rancher:certManager.version",
      "rancher:version",
    ]);
  });
});

describe("the gate for Rancher in Docker", () => {
  const said = (asked: string, installed?: string, restores = false) =>
    describeProblems(checkUpgrade(asked, installed, restores));

  it.each([
    ["2.15.2", undefined],
    ["2.15.2", "2.15.2"],
    ["2.15.2", "2.14.3"],
    ["2.15.3", "2.15.2"],
    ["2.15.2", "nothing of a version"],
  ])("lets %s replace %s", (asked, installed) => {
    expect(said(asked, installed)).toBe("");
  });

  it("refuses to skip a minor", () => {
    expect(said("2.15.2", "2.12.3")).toBe(
      "rancher:version is 2.15.2, but 2.12.3 is installed, and Rancher is upgraded one minor at a time. Go to 2.13.3 first (the whole way: 2.13.3, 2.14.3, 2.15.2).",
    );
  });

  it.each(["2.15.3", "2.16.0"])("refuses a downgrade from %s, and names the remedy", (installed) => {
    expect(said("2.15.2", installed)).toBe(
      `rancher:version is 2.15.2, but ${installed} is installed, and Rancher cannot be downgraded. Set it to ${installed} or newer; the way back is restoring an archive taken on 2.15.2, with npm run restore.`,
    );
  });

  it("reports nothing if the data comes from an archive", () => {
    expect(said("2.13.0", "2.15.2", true)).toBe("");
  });
});

describe("a version published for Rancher Prime only", () => {
  const versions = ["2.11.4", "2.12.14", "2.13.8", "2.14.4"];
  const stable = "https://releases.rancher.com/server-charts/stable/";

  it.each(versions)("is refused from a public source: %s", (rancher) => {
    for (const source of [
      { chartRepository: "stable" },
      { chartRepository: "latest" },
      { chartRepository: stable },
      { image: `rancher/rancher:v${rancher}` },
      { image: `docker.io/rancher/rancher:v${rancher}` },
    ])
      expect(said({ rancher, ...source })).toMatch(/^rancher:version is .*, which is published for Rancher Prime only/);
  });

  it.each(versions)("is accepted from the user's own source: %s", (rancher) => {
    expect(said({ rancher, chartRepository: "https://charts.example.com/prime" })).toBe("");
    expect(said({ rancher, image: `registry.example.com/rancher/rancher:v${rancher}` })).toBe("");
  });

  it("is explained, with a remedy", () => {
    expect(said({ rancher: "2.14.6", chartRepository: "stable" })).toBe(
      "rancher:version is 2.14.6, which is published for Rancher Prime only: the last community release of 2.14 is " +
        "2.14.3. Use 2.15.2, or set rancher:chartRepository to your Prime repository.",
    );
  });

  it.each(["2.14.3", "2.15.2", "2.15.3"])("does not include %s", (rancher) => {
    expect(said({ rancher, chartRepository: "stable" })).toBe("");
  });

  it("is suggested for an upgrade only to users whose source can have it", () => {
    const way = { installedRancher: "2.12.14" };

    expect(said({ ...way, chartRepository: "https://charts.example.com/prime" })).toContain("Go to 2.13.10 first");
    expect(said({ ...way, chartRepository: "stable" })).toContain("Go to 2.13.3 first");
  });
});

describe("warnings about support", () => {
  const warned = (version: string, day = "2026-11-28") => describeProblems(rancherWarnings(version, new Date(day)));

  it.each([
    ["2.15.1", "fixed in 2.15.2. Upgrade to 2.15.2 or newer."],
    ["2.14.3", "fixed in 2.14.6. Upgrade to 2.15.2: 2.14.6 is for Rancher Prime only."],
    ["2.12.13", "fixed in 2.12.14. Upgrade to 2.15.2: 2.12.14 is for Rancher Prime only."],
  ])("name the advisory and the fixed version for Rancher %s", (version, end) => {
    expect(warned(version)).toBe(
      `rancher:version is ${version}, which has known critical vulnerabilities: CVE-2026-88804 (GHSA-992f-xh8r-jg2f) and others, ${end}`,
    );
  });

  it.each(["2.15.2", "2.14.6", "2.13.10", "2.12.14"])("do not appear for Rancher %s", (version) => {
    expect(warned(version)).toBe("");
  });

  it("name the day on which support for Rancher ended, from the day after", () => {
    expect(warned("2.11.18", "2026-10-24")).toBe("");
    expect(warned("2.11.18", "2026-10-25")).toBe(
      "rancher:version is 2.11.18, and support for Rancher 2.11 ended on 2026-10-24. Upgrade to 2.15.2, one minor at a time.",
    );
  });

  it("treat Kubernetes minors older than the table as unsupported, and newer ones as unknown", () => {
    const of = (version: string) => describeProblems(kubernetesWarnings(version, new Date("2026-11-28")));

    expect(of("v1.33.4")).toContain("upstream support for 1.33 ended before 2026-10-27, when it ended for 1.34");
    expect(of("v1.36.2")).toBe("");
    expect(of("v1.38.0")).toBe("");
    expect(of("unknown")).toBe("");
  });
});
