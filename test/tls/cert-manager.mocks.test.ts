import { describe, expect, it } from "vitest";
import { CertManager } from "../../components/tls/cert-manager.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { listed, nameIn, namesIn, only } from "../support/registrations.ts";

const settings = { version: "1.21.2", chartRepository: "https://charts.example.com/cert-manager" };
const synthesiseCertManager = () =>
  synthesise(() => void new CertManager("cert-manager", { settings }), { stack: "prod" });

describe("cert-manager", () => {
  it("is one release in a separate namespace", async () => {
    const { registrations } = await synthesiseCertManager();

    expect(listed(registrations)).toEqual([
      "kubernetes:core/v1:Namespace cert-manager-namespace",
      "kubernetes:helm.sh/v3:Release cert-manager-release",
      "rancher:cluster:OwnedNamespace cert-manager",
      "rancher:tls:CertManager cert-manager",
    ]);
    const release = only(registrations, "kubernetes:helm.sh/v3:Release", "cert-manager-release");
    expect(release.inputs).toEqual({
      name: "cert-manager",
      namespace: "cert-manager",
      chart: "cert-manager",
      version: "v1.21.2",
      repositoryOpts: { repo: "https://charts.example.com/cert-manager" },
      values: {
        // Deleting the CRDs would delete every certificate in the cluster.
        crds: { enabled: true, keep: true },
        replicaCount: 2,
        webhook: { replicaCount: 3 },
        cainjector: { replicaCount: 2 },
      },
      timeout: 600,
      maxHistory: 5,
      compat: "true",
    });
    expect(namesIn(release.dependencies)).toEqual(["cert-manager-namespace"]);
    expect(nameIn(release.parent)).toBe("cert-manager");
    expect(release.retainOnDelete).toBe(false);
  });
});
