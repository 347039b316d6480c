import { describe, expect, it } from "vitest";
import {
  installArguments,
  showArguments,
  uninstallArguments,
  upgradeArguments,
} from "../../../../rehearsal/providers/kubernetes/helm-arguments.ts";

const release = { name: "rancher", namespace: "cattle-system", chart: "rancher", version: "2.15.2", timeout: 900 };

describe("helm's command lines", () => {
  it("contain no value: values are passed on stdin", () => {
    const secret = { ...release, values: { bootstrapPassword: "canary" } };

    for (const line of [installArguments, upgradeArguments, uninstallArguments, showArguments].map((make) =>
      make(secret),
    )) {
      expect(line.join(" ")).not.toContain("canary");
    }
    expect(installArguments(secret).join(" ")).toContain("--values -");
  });

  it("take the chart from the given address, and wait for the given time", () => {
    const line = installArguments({ ...release, repositoryOpts: { repo: "http://127.0.0.1:8080/charts" } }).join(" ");

    expect(line).toContain("install rancher rancher --repo http://127.0.0.1:8080/charts --version 2.15.2");
    expect(line).toContain("--timeout 900s --wait");
    expect(line).not.toContain("--atomic");
  });

  it("name a repository that is not an address together with the chart", () => {
    expect(showArguments({ ...release, repositoryOpts: { repo: "stable" } })).toContain("stable/rancher");
  });

  it("wait five minutes by default, and not at all with skipAwait", () => {
    const untimed = { name: "rancher", namespace: "cattle-system", chart: "rancher" };

    expect(installArguments(untimed).join(" ")).toContain("--timeout 300s");
    expect(installArguments({ ...release, skipAwait: true, waitForJobs: true }).join(" ")).not.toContain("--wait");
    expect(uninstallArguments({ ...release, skipAwait: true })).not.toContain("--wait");
    expect(uninstallArguments({ ...release, skipAwait: true, atomic: true })).toContain("--wait");
  });

  it("keep every revision unless maxHistory says otherwise", () => {
    expect(upgradeArguments(release).join(" ")).toContain("--history-max 0");
    expect(upgradeArguments({ ...release, maxHistory: 5 }).join(" ")).toContain("--history-max 5");
  });
});
