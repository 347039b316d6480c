import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { IngressFindings } from "../../../components/cluster/ingress/ingress-findings.ts";
import { IngressTrust } from "../../../components/cluster/ingress/ingress-trust.ts";
import { isOwned } from "../../../components/cluster/ownership.ts";
import { synthesise } from "../../../operations/engine/synthesis.ts";
import { playApi, type FakeCluster } from "../../support/kubernetes-api.ts";
import { listed, only } from "../../support/registrations.ts";

const config = "kubernetes:helm.cattle.io/v1:HelmChartConfig";
const findings: IngressFindings = { packagedCharts: ["traefik"], chartConfigs: [], controllers: [] };

/** K3s' Traefik as its DaemonSet reports it, with every pod replaced. */
function traefik(trusted: string): object {
  const web = "--entryPoints.web";
  const args = [`${web}.address=:8000/tcp`, `${web}.forwardedHeaders.trustedIPs=${trusted}`];
  return {
    metadata: {
      name: "traefik",
      namespace: "kube-system",
      generation: 1,
      annotations: { "meta.helm.sh/release-name": "traefik" },
    },
    spec: { template: { spec: { containers: [{ args }] } } },
    status: { observedGeneration: 1, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberReady: 2 },
  };
}

const trust = (kubeconfig: string) =>
  new IngressTrust("trust", {
    chart: "traefik",
    valuesContent: "ports: {}\n",
    trust: { clientAddressSource: "forwardedHeaders", controller: "traefik", balancers: ["192.0.2.10"], findings },
    kubeconfig: pulumi.secret(kubeconfig),
  });

describe("the trust of the ingress controller", () => {
  it("is one HelmChartConfig for the packaged chart, labelled as this stack's own", async () => {
    const { registrations } = await synthesise(() => void trust("nobody reads it"), { stack: "prod", preview: true });

    expect(listed(registrations)).toEqual([`${config} trust-config`, "rancher:cluster:IngressTrust trust"]);
    const { metadata, spec } = only(registrations, config, "trust-config").inputs as {
      metadata: { name: string; namespace: string; labels: Record<string, string> };
      spec: object;
    };
    expect(metadata).toMatchObject({ name: "traefik", namespace: "kube-system" });
    expect(isOwned(metadata.labels, "rancher/prod")).toBe(true);
    expect(spec).toEqual({ valuesContent: "ports: {}\n" });
  });

  it("is not waited for in a preview", async () => {
    await using api = await playApi({});

    await synthesise(async () => void (await trust(api.kubeconfig).live), { stack: "prod", preview: true });

    expect(api.requests).toEqual([]);
  });

  it("is live once the controller runs with it, not as soon as the object exists", async () => {
    let looks = 0;
    const cluster: FakeCluster = {
      get daemonSets() {
        return [traefik(++looks < 2 ? "192.0.2.99" : "192.0.2.0/24")];
      },
      services: { "kube-system": [] },
    };
    await using api = await playApi(cluster);

    const { result } = await synthesise(async () => (await trust(api.kubeconfig).live).urn, { stack: "prod" });

    expect(looks).toBe(2);
    expect(result).toBeDefined();
    expect(api.requests.filter((request) => !request.startsWith("GET "))).toEqual([]);
  });

  it("fails everything that depends on it if the cluster cannot be reached", async () => {
    const failing = synthesise(async () => void (await trust("no kubeconfig").live), { stack: "prod" });

    await expect(failing).rejects.toThrow();
  });
});
