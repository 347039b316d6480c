import { describe, expect, it } from "vitest";
import { checkCompatibility, checkUpgrade } from "../components/compatibility.ts";
import type { Asked } from "../components/compatibility.ts";
import { describeProblems } from "../components/problem.ts";
import { defaultVersions } from "../components/versions.ts";

const said = (asked: Partial<Asked>) =>
  describeProblems(checkCompatibility({ rancher: "2.15.0", distribution: "existing", ...asked }));

/** Every row of the table, as its sources state it. */
const rows = [
  { rancher: "2.11.16", oldest: "1.30", newest: "1.32", bound: "1.33" },
  { rancher: "2.12.12", oldest: "1.31", newest: "1.33", bound: "1.34" },
  { rancher: "2.13.8", oldest: "1.32", newest: "1.34", bound: "1.35" },
  { rancher: "2.14.4", oldest: "1.33", newest: "1.35", bound: "1.36" },
  { rancher: "2.15.0", oldest: "1.34", newest: "1.36", bound: "1.37" },
];

const below = (minor: string) => `1.${Number(minor.slice(2)) - 1}`;

describe.each(rows)("Rancher $rancher", ({ rancher, oldest, newest, bound }) => {
  it("takes the oldest and the newest Kubernetes it supports, whoever built them", () => {
    for (const kubernetes of [
      `v${oldest}.0`,
      `v${newest}.9`,
      `v${newest}.2+k3s1`,
      `v${oldest}.4-eks-abc123`,
      `${newest}.0`,
    ])
      expect(said({ rancher, kubernetes })).toBe("");
  });

  it("does not support an older one, though its chart would take it", () => {
    expect(said({ rancher, kubernetes: `v${below(oldest)}.9` })).toMatch(
      new RegExp(
        `^rancher:cluster.version is v${below(oldest)}.9, but Rancher .* runs on Kubernetes ${oldest} to ${newest}\\.`,
      ),
    );
  });

  it.each([".0", ".0-rc.1", ".1+rke2r1"])("has a chart that refuses the next one, also as %s", (patch) => {
    expect(said({ rancher, kubernetes: `v${bound}${patch}` })).toContain(
      `which the chart of Rancher ${rancher} refuses (<${bound}.0-0)`,
    );
  });
});

describe("the gate", () => {
  it("knows the versions the program falls back to", () => {
    expect(said({ ...defaultVersions, kubernetes: "v1.36.1" })).toBe("");
  });

  it.each(["2.10.9", "2.16.0", "1.6.30", "3.0.0"])("has no row for Rancher %s", (rancher) => {
    expect(said({ rancher })).toBe(
      `rancher:version is ${rancher}, which is not in our table: it holds Rancher 2.11 to 2.15. Choose one of those.`,
    );
  });

  it("names the Ranchers that would fit a Kubernetes", () => {
    expect(said({ rancher: "2.11.16", kubernetes: "v1.35.1" })).toBe(
      "rancher:cluster.version is v1.35.1, which the chart of Rancher 2.11.16 refuses (<1.33.0-0). " +
        "Rancher 2.11 runs on Kubernetes 1.30 to 1.32. Use a Kubernetes in that range, or Rancher 2.14 or 2.15.",
    );
  });

  it.each([
    ["2.15.0", "2.15.0"],
    ["2.15.1", "2.15.0"],
    ["2.15.0", "2.14.4"],
    ["2.15.0", "2.14.1"],
    ["2.11.16", "2.10.3"],
  ])("lets %s follow %s", (rancher, installedRancher) => {
    expect(said({ rancher, installedRancher })).toBe("");
  });

  it("refuses to skip a minor, and names the way", () => {
    expect(said({ installedRancher: "2.13.8" })).toBe(
      "rancher:version is 2.15.0, but 2.13.8 is installed, and Rancher is upgraded one minor at a time. Go to 2.14.4 first.",
    );
    expect(said({ installedRancher: "v2.11.3" })).toBe(
      "rancher:version is 2.15.0, but 2.11.3 is installed, and Rancher is upgraded one minor at a time. " +
        "Go to 2.12.12 first (the whole way: 2.12.12, 2.13.8, 2.14.4, 2.15.0).",
    );
  });

  it("names a way also from a Rancher that is older than the table", () => {
    expect(said({ rancher: "2.11.16", installedRancher: "2.8.0" })).toContain("Go to the newest 2.9 first");
    expect(said({ rancher: "2.12.12", installedRancher: "2.8.0" })).toContain("Go to the newest 2.9 first");
  });

  it.each([
    ["2.14.4", "2.15.0"],
    ["2.15.0", "2.15.1"],
    ["2.15.0", "3.0.0"],
  ])("refuses %s over %s", (rancher, installedRancher) => {
    expect(said({ rancher, installedRancher })).toBe(
      `rancher:version is ${rancher}, but ${installedRancher} is installed, and Rancher cannot be downgraded. Set it to ` +
        `${installedRancher} or newer; the way back is restoring a backup taken on ${rancher} and rolling the chart back.`,
    );
  });

  it.each(["2.12.0", "2.15.0"])("refuses RKE with Rancher %s", (rancher) => {
    expect(said({ rancher, distribution: "rke" })).toBe(
      `rancher:cluster.distribution is rke, but Rancher ${rancher} refuses RKE: support for it ended on 2025-07-31, and ` +
        "since 2.12 the chart does not upgrade where RKE clusters exist. Move to another distribution, or stay with Rancher 2.11.",
    );
  });

  it("takes RKE with Rancher 2.11", () => {
    expect(said({ rancher: "2.11.16", distribution: "rke", kubernetes: "v1.30.14" })).toBe("");
  });

  it.each([
    ["1.15.0", "v1.34.1", ""],
    ["v1.18.2", "v1.34.1", ""],
    ["1.22.0", "v1.36.1", ""],
    ["1.20.2", "v1.35.1", ""],
    ["1.21.1", undefined, ""],
    ["1.14.7", undefined, "is 1.14.7, but Rancher 2.15.0 needs cert-manager 1.15.0 or newer."],
    [
      "1.20.2",
      "v1.36.1",
      "is 1.20.2, which runs on Kubernetes 1.32 to 1.35, but the cluster has v1.36.1. Use cert-manager 1.21.",
    ],
  ])("judges cert-manager %s on Kubernetes %s", (certManager, kubernetes, message) => {
    expect(said({ certManager, kubernetes })).toBe(message === "" ? "" : `rancher:certManager.version ${message}`);
  });

  it("knows no cert-manager for a Kubernetes too old for all of them", () => {
    expect(said({ rancher: "2.12.12", kubernetes: "v1.31.9", certManager: "1.21.1" })).toBe(
      "rancher:certManager.version is 1.21.1, which runs on Kubernetes 1.33 to 1.36, but the cluster has v1.31.9. " +
        "No cert-manager in our table runs there: change Kubernetes.",
    );
  });

  it("wants the Helm a chart needs", () => {
    expect(said({ helm: "3.19.0" })).toBe("");
    expect(said({ helm: "3.17.3" })).toBe(
      "rancher:version is 2.15.0, whose chart needs Helm 3.18.0 or newer, but this is Helm 3.17.3. Update Helm.",
    );
    expect(said({ rancher: "2.11.16", helm: "3.17.3" })).toBe("");
  });

  it("leaves what is no version to others", () => {
    expect(said({ rancher: "latest" })).toBe("");
    expect(said({ kubernetes: "unknown", certManager: "?", installedRancher: "head", helm: "" })).toBe("");
  });

  it("says everything at once", () => {
    expect(
      checkCompatibility({
        rancher: "2.15.0",
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
    ["2.15.0", undefined],
    ["2.15.0", "2.15.0"],
    ["2.15.0", "2.14.4"],
    ["2.15.1", "2.15.0"],
    ["2.15.0", "nothing of a version"],
  ])("lets %s come where %s runs", (asked, installed) => {
    expect(said(asked, installed)).toBe("");
  });

  it("refuses to skip a minor", () => {
    expect(said("2.15.0", "2.12.3")).toBe(
      "rancher:version is 2.15.0, but 2.12.3 is installed, and Rancher is upgraded one minor at a time. Go to 2.13.8 first (the whole way: 2.13.8, 2.14.4, 2.15.0).",
    );
  });

  it.each(["2.15.1", "2.16.0"])("refuses to go down from %s, and says the way back", (installed) => {
    expect(said("2.15.0", installed)).toBe(
      `rancher:version is 2.15.0, but ${installed} is installed, and Rancher cannot be downgraded. Set it to ${installed} or newer; the way back is restoring an archive taken on 2.15.0, with npm run restore.`,
    );
  });

  it("has nothing to say where the data comes from an archive", () => {
    expect(said("2.13.0", "2.15.0", true)).toBe("");
  });
});
