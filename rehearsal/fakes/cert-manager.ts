import { X509Certificate } from "node:crypto";

import {
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  NetworkingV1Api,
  PatchStrategy,
  setHeaderOptions,
} from "@kubernetes/client-node";

import { type CertificateAuthority, openCertificateAuthority } from "../kubernetes/certificate-authority.ts";
import { type Certificate, certificatesFor, type Condition, issuedSecret, type Issuer } from "./certificate-objects.ts";
import { orUndefined } from "./not-found.ts";
import { isAvailable } from "./pod-readiness.ts";
import { startReconciler, type Stoppable } from "./reconciler.ts";

const group = "cert-manager.io";
const version = "v1";
const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/**
 * Simulates cert-manager's pods while its Deployment is available. It creates a Certificate for each annotated Ingress
 * and a Secret for each Certificate, and sets conditions. A CA issuer signs with its own CA, and waits for it;
 * `authority` signs for ACME issuers.
 */
export function startFakeCertManager(options: {
  readonly client: KubeConfig;
  readonly authority: CertificateAuthority;
  readonly progress: (line: string) => void;
}): Stoppable {
  const { client, authority, progress } = options;
  const core = client.makeApiClient(CoreV1Api);
  const apps = client.makeApiClient(AppsV1Api);
  const networking = client.makeApiClient(NetworkingV1Api);
  const objects = client.makeApiClient(CustomObjectsApi);

  const list = async <T extends KubernetesObject>(plural: string): Promise<T[]> => {
    const found = await orUndefined(objects.listCustomObjectForAllNamespaces({ group, version, plural }));
    return (found as KubernetesListObject<T> | undefined)?.items ?? [];
  };
  const log = async (plural: string, object: Issuer | Certificate, condition: Condition) => {
    const current = object.status?.conditions?.find(({ type }) => type === condition.type);
    if (current?.status === condition.status && current.message === condition.message) return;
    const { name, namespace } = object.metadata!;
    const body = { status: { conditions: [{ ...condition, lastTransitionTime: new Date().toISOString() }] } };
    const where = { group, version, plural, name: name!, body };
    if (namespace) await objects.patchNamespacedCustomObjectStatus({ ...where, namespace }, mergePatch);
    else await objects.patchClusterCustomObjectStatus(where, mergePatch);
  };

  const signerOf = async (issuer: Issuer): Promise<CertificateAuthority | string> => {
    const { ca, acme } = issuer.spec;
    if (acme) return authority;
    if (!ca) return "this rehearsal simulates issuers with a CA and with ACME only";
    // A ClusterIssuer's secret is in cert-manager's namespace.
    const namespace = issuer.metadata!.namespace ?? "cert-manager";
    const secret = await orUndefined(core.readNamespacedSecret({ namespace, name: ca.secretName }));
    const [certificate, key] = ["tls.crt", "tls.key"].map((name) => decoded(secret?.data?.[name]));
    if (!certificate || !key) return `Error getting keypair for CA issuer: secrets "${ca.secretName}" not found`;
    return openCertificateAuthority({ certificate, key });
  };

  const reconcile = async () => {
    const deployments = await apps.listDeploymentForAllNamespaces({
      labelSelector: "app.kubernetes.io/name=cert-manager",
    });
    if (!deployments.items.some(isAvailable)) return;

    const signers = new Map<string, CertificateAuthority | string>();
    for (const plural of ["issuers", "clusterissuers"]) {
      for (const issuer of await list<Issuer>(plural)) {
        const signer = await signerOf(issuer);
        const { namespace = "", name } = issuer.metadata!;
        signers.set(`${namespace}/${name}`, signer);
        await log(plural, issuer, typeof signer === "string" ? notReady(signer) : ready("the signing CA exists"));
      }
    }

    const ingresses = (await networking.listIngressForAllNamespaces()).items;
    const known = await list<Certificate>("certificates");
    for (const wanted of ingresses.flatMap(certificatesFor)) {
      const same = known.find(({ metadata }) => idOf(metadata!) === idOf(wanted.metadata!));
      const { name, namespace } = wanted.metadata!;
      const where = { group, version, plural: "certificates", namespace: namespace! };
      if (!same) await objects.createNamespacedCustomObject({ ...where, body: wanted });
      else if (!asksForTheSame(same, wanted)) {
        await objects.patchNamespacedCustomObject({ ...where, name: name!, body: { spec: wanted.spec } }, mergePatch);
      }
    }

    for (const certificate of await list<Certificate>("certificates")) {
      const { issuerRef, secretName, dnsNames = [] } = certificate.spec;
      const { namespace } = certificate.metadata!;
      const signer = signers.get(`${issuerRef.kind === "ClusterIssuer" ? "" : namespace}/${issuerRef.name}`);
      if (signer === undefined || typeof signer === "string") {
        await log("certificates", certificate, notReady(signer ?? `Referenced issuer "${issuerRef.name}" not found`));
        continue;
      }
      const current = await orUndefined(core.readNamespacedSecret({ namespace: namespace!, name: secretName }));
      const shown = decoded(current?.data?.["tls.crt"]);
      if (!shown || !isGood(shown, dnsNames, signer)) {
        const commonName = certificate.spec.commonName ?? dnsNames[0] ?? secretName;
        const pair = await signer.issue({ commonName, hosts: dnsNames, usage: "server" });
        const body = issuedSecret(certificate, pair, signer.certificate);
        if (current) await core.replaceNamespacedSecret({ namespace: namespace!, name: secretName, body });
        else await core.createNamespacedSecret({ namespace: namespace!, body });
        progress(`fake cert-manager signed ${secretName} for ${dnsNames.join(", ")}`);
      }
      await log("certificates", certificate, ready("Certificate is up to date and has not expired"));
    }
  };

  const kinds = ["issuers", "clusterissuers", "certificates"].map((kind) => `/apis/${group}/${version}/${kind}`);
  // Secrets are not watched, because most are large ones of Helm: a deleted one is found in the next round, 2 s later.
  const paths = [...kinds, "/apis/networking.k8s.io/v1/ingresses"];
  return startReconciler({ name: "fake cert-manager", client, paths, reconcile, progress });
}

function isGood(chain: string, names: readonly string[], signer: CertificateAuthority): boolean {
  const leaf = new X509Certificate(chain);
  return (
    leaf.verify(new X509Certificate(signer.certificate).publicKey) &&
    Date.parse(leaf.validTo) > Date.now() &&
    names.every((name) => leaf.checkHost(name) !== undefined)
  );
}

function asksForTheSame({ spec: one }: Certificate, { spec: other }: Certificate): boolean {
  const facts = ({ secretName, issuerRef, dnsNames }: Certificate["spec"]) =>
    JSON.stringify([secretName, issuerRef.kind, issuerRef.name, dnsNames]);
  return facts(one) === facts(other);
}

function idOf({ namespace, name }: { namespace?: string; name?: string }): string {
  return `${namespace}/${name}`;
}

function decoded(data: string | undefined): string | undefined {
  return data === undefined ? undefined : Buffer.from(data, "base64").toString("utf8");
}

function ready(message: string): Condition {
  return { type: "Ready", status: "True", reason: "Ready", message };
}

function notReady(message: string): Condition {
  return { type: "Ready", status: "False", reason: "Pending", message };
}
