import { stringify } from "yaml";
import { describe, expect, it } from "vitest";
import { apiAccess, settled } from "../../../../rehearsal/providers/kubernetes/provider-kubeconfig.ts";
import { providerDifference } from "../../../../rehearsal/providers/kubernetes/provider-difference.ts";
import { unknown } from "../../../../rehearsal/providers/protocol/property-value.ts";

const kubeconfig = (server: string, token = "t") =>
  stringify({
    "current-context": "main",
    clusters: [
      { name: "one", cluster: { server, "certificate-authority-data": Buffer.from("PEM").toString("base64") } },
      { name: "two", cluster: { server: "https://192.0.2.2:6443" } },
    ],
    users: [{ name: "admin", user: { token } }],
    contexts: [
      { name: "main", context: { cluster: "one", user: "admin", namespace: "home" } },
      { name: "other", context: { cluster: "two", user: "admin" } },
    ],
  });
const at = (server: string, more = {}) => ({ kubeconfig: kubeconfig(server), ...more });

describe("a change of the kubernetes provider", () => {
  it("replaces everything if the cluster may be another one", () => {
    expect(providerDifference(at("https://a:6443"), at("https://b:6443")).replaces).toEqual(["kubeconfig"]);
    expect(providerDifference(at("https://a:6443"), { kubeconfig: unknown }).replaces).toEqual(["kubeconfig"]);
    expect(providerDifference(at("https://a:6443"), at("https://a:6443", { context: "other" })).replaces).toEqual([
      "context",
    ]);
  });

  it("replaces nothing while clusterIdentifier stays, and everything when it changes", () => {
    const one = { clusterIdentifier: "one" };

    expect(providerDifference(at("https://a:6443", one), at("https://b:6443", one)).replaces).toEqual([]);
    expect(providerDifference(at("https://a:6443", one), { ...one, kubeconfig: unknown }).replaces).toEqual([]);
    expect(
      providerDifference(at("https://a:6443", one), at("https://a:6443", { clusterIdentifier: "two" })).replaces,
    ).toEqual(["clusterIdentifier"]);
  });

  it("is an update when only credentials or settings change", () => {
    const rotated = { kubeconfig: kubeconfig("https://a:6443", "other-token") };

    expect(providerDifference(at("https://a:6443"), rotated)).toMatchObject({ replaces: [] });
    expect(providerDifference(at("https://a:6443"), rotated).changes.size).toBe(1);
  });
});

describe("a kubeconfig", () => {
  const text = { text: kubeconfig("https://a:6443/"), folder: "/nowhere" };

  it("describes how to reach its current context's cluster, or the chosen one", () => {
    expect(apiAccess(text)).toEqual({
      server: "https://a:6443",
      insecure: false,
      ca: "PEM",
      token: "t",
      namespace: "home",
    });
    expect(apiAccess(text, { context: "other" }).server).toBe("https://192.0.2.2:6443");
    expect(apiAccess(text, { cluster: "two" }).server).toBe("https://192.0.2.2:6443");
  });

  it("is passed on with the selected context", () => {
    expect(apiAccess({ ...text, text: settled(text, { cluster: "two" }) }).server).toBe("https://192.0.2.2:6443");
  });

  it("is rejected if it names no cluster, or a program to run", () => {
    expect(() => apiAccess({ ...text, text: "{}" })).toThrow("names no cluster");
    const exec = kubeconfig("https://a:6443").replace(/token: t/, "exec: { command: x }");
    expect(() => apiAccess({ ...text, text: exec })).toThrow("not supported by the fake");
  });
});
