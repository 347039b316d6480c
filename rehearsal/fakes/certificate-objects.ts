import type { KubernetesObject, V1Ingress, V1Secret } from "@kubernetes/client-node";

import type { KeyPair } from "../kubernetes/certificate-authority.ts";

/** The simulated parts of cert-manager's kinds. @see https://cert-manager.io/docs/reference/api-docs/ */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}
export interface Issuer extends KubernetesObject {
  readonly spec: {
    readonly ca?: { readonly secretName: string };
    readonly acme?: object;
    readonly selfSigned?: object;
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}
export interface IssuerReference {
  readonly name: string;
  readonly kind: "Issuer" | "ClusterIssuer";
}
export interface Certificate extends KubernetesObject {
  readonly spec: {
    readonly secretName: string;
    readonly dnsNames?: readonly string[];
    readonly commonName?: string;
    readonly issuerRef: { readonly name: string; readonly kind?: string };
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

const annotation = (name: string) => `cert-manager.io/${name}`;

/** The issuer in an Ingress's annotations, or undefined. */
export function issuerOf({ metadata }: V1Ingress): IssuerReference | undefined {
  const annotations = metadata?.annotations ?? {};
  const cluster = annotations[annotation("cluster-issuer")];
  if (cluster) return { name: cluster, kind: "ClusterIssuer" };
  const name = annotations[annotation("issuer")];
  if (!name) return undefined;
  return { name, kind: annotations[annotation("issuer-kind")] === "ClusterIssuer" ? "ClusterIssuer" : "Issuer" };
}

/** The Certificates that cert-manager makes for an Ingress: one for each secret in its `tls`, named like the secret. */
export function certificatesFor(ingress: V1Ingress): Certificate[] {
  const issuerRef = issuerOf(ingress);
  const { name, namespace, uid } = ingress.metadata!;
  if (!issuerRef) return [];
  return (ingress.spec?.tls ?? []).flatMap(({ secretName, hosts = [] }) => {
    if (!secretName || hosts.length === 0) return [];
    const owner = {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      name: name!,
      uid: uid!,
      controller: true,
      blockOwnerDeletion: true,
    };
    return {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: secretName, namespace: namespace!, ownerReferences: [owner] },
      spec: {
        secretName,
        dnsNames: hosts,
        issuerRef: { ...issuerRef, group: "cert-manager.io" },
        usages: ["server auth"],
      },
    };
  });
}

/** The Secret of a Certificate. cert-manager recognizes its own Secrets by their annotations. */
export function issuedSecret(certificate: Certificate, pair: KeyPair, ca: string): V1Secret {
  const { name, namespace } = certificate.metadata!;
  const { secretName, issuerRef, dnsNames = [] } = certificate.spec;
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "kubernetes.io/tls",
    metadata: {
      name: secretName,
      namespace: namespace!,
      labels: { "controller.cert-manager.io/fao": "true" },
      annotations: {
        [annotation("certificate-name")]: name!,
        [annotation("issuer-name")]: issuerRef.name,
        [annotation("issuer-kind")]: issuerRef.kind ?? "Issuer",
        [annotation("alt-names")]: dnsNames.join(","),
      },
    },
    stringData: { "tls.crt": pair.certificate, "tls.key": pair.key, "ca.crt": ca },
  };
}
