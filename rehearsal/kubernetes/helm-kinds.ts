import type { KubernetesObject, V1CustomResourceDefinition } from "@kubernetes/client-node";

/** Group of the kinds by which K3s and RKE2 install charts. @see https://docs.k3s.io/add-ons/helm */
export const helmGroup = { group: "helm.cattle.io", version: "v1", namespace: "kube-system" } as const;

/** The simulated parts of a HelmChart and of a HelmChartConfig. */
export interface HelmObject extends KubernetesObject {
  readonly spec?: { readonly valuesContent?: string };
}

/** The CRDs of both kinds, without a schema. */
export function helmDefinitions(): V1CustomResourceDefinition[] {
  return ["HelmChart", "HelmChartConfig"].map((kind) => {
    const singular = kind.toLowerCase();
    const plural = `${singular}s`;
    const content = { type: "object", x_kubernetes_preserve_unknown_fields: true };
    return {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.${helmGroup.group}` },
      spec: {
        group: helmGroup.group,
        scope: "Namespaced",
        names: { kind, plural, singular, listKind: `${kind}List` },
        versions: [
          {
            name: helmGroup.version,
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: "object", properties: { spec: content, status: content } } },
          },
        ],
      },
    };
  });
}

/** The HelmChart of a distribution's packaged chart. */
export function helmChart(name: string): HelmObject & { spec: { chart: string } } {
  return {
    apiVersion: `${helmGroup.group}/${helmGroup.version}`,
    kind: "HelmChart",
    metadata: { name, namespace: helmGroup.namespace },
    spec: { chart: `fake/${name}` },
  };
}
