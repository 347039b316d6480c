import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { describe, expect, it } from "vitest";
import { RancherChart } from "../../components/rancher/rancher-chart.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { clearTexts, inSecret, listed, only } from "../support/registrations.ts";
import { valueOf } from "../support/value-of.ts";

const type = "kubernetes:helm.sh/v3:Release";
const args = {
  version: "2.15.2",
  repository: "https://charts.example.com/rancher",
  values: { hostname: "rancher.example.com", replicas: 3 },
};
const synthesiseChart = (bootstrapPassword: () => pulumi.Output<string>, state: object = {}, preview = false) =>
  synthesise(() => new RancherChart("rancher", { ...args, bootstrapPassword: bootstrapPassword() }), {
    stack: "prod",
    preview,
    state: () => state,
  });

describe("the Rancher chart", () => {
  it("is a Helm release with a literal name, never atomic", async () => {
    const { registrations } = await synthesiseChart(() => pulumi.secret("canary"));

    expect(listed(registrations)).toEqual([`${type} rancher-release`, "rancher:rancher:RancherChart rancher"]);
    const { values, ...inputs } = only(registrations, type, "rancher-release").inputs;
    expect(inputs).toEqual({
      name: "rancher",
      namespace: "cattle-system",
      chart: "rancher",
      version: "2.15.2",
      repositoryOpts: { repo: "https://charts.example.com/rancher" },
      atomic: false,
      cleanupOnFail: false,
      timeout: 900,
      maxHistory: 5,
      compat: "true",
    });
    const { bootstrapPassword, ...plain } = values as Record<string, unknown>;
    expect(plain).toEqual(args.values);
    expect(inSecret(bootstrapPassword)).toBe("canary");
  });

  it("hides only the password, so that a preview shows changes of other values", async () => {
    const { registrations } = await synthesiseChart(() => pulumi.output("canary"));

    const clear = clearTexts(only(registrations, type, "rancher-release").inputs);
    expect(clear).toContain("rancher.example.com");
    expect(clear).not.toContain("canary");
  });

  it("signs in to a private repository with secrets", async () => {
    const { registrations } = await synthesise(
      () =>
        new RancherChart("rancher", {
          ...args,
          repositoryCredentials: pulumi.secret("ops:canary:2"),
          bootstrapPassword: pulumi.secret("password"),
        }),
      { stack: "prod" },
    );

    const { inputs } = only(registrations, type, "rancher-release");
    const { repo, username, password } = inputs["repositoryOpts"] as Record<string, unknown>;
    expect(repo).toBe("https://charts.example.com/rancher");
    expect(inSecret(username)).toBe("ops");
    expect(inSecret(password)).toBe("canary:2");
    expect(clearTexts(inputs)).not.toContain("canary");
  });

  it("comes from an OCI registry by its reference alone", async () => {
    const repository = "oci://registry.example.com/charts/";
    const { registrations } = await synthesise(
      () => new RancherChart("rancher", { ...args, repository, bootstrapPassword: pulumi.secret("password") }),
      { stack: "prod" },
    );

    const { inputs } = only(registrations, type, "rancher-release");
    expect(inputs).toMatchObject({ chart: "oci://registry.example.com/charts/rancher", version: "2.15.2" });
    expect(inputs).not.toHaveProperty("repositoryOpts");
  });

  it("publishes the installed version", async () => {
    const { result } = await synthesiseChart(() => pulumi.secret("canary"), { version: "2.15.3" });

    expect(await valueOf(result.version)).toBe("2.15.3");
  });

  it("can be previewed before the password is generated", async () => {
    const { registrations } = await synthesiseChart(
      () => new random.RandomPassword("password", { length: 24 }).result,
      {},
      true,
    );

    expect(only(registrations, type, "rancher-release").inputs).toMatchObject({ name: "rancher", version: "2.15.2" });
    expect(JSON.stringify(only(registrations, type, "rancher-release").inputs["values"])).toContain("rancher.example");
  });
});
