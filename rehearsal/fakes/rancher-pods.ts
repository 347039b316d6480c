import { ApiregistrationV1Api, AppsV1Api, BatchV1Api, CoreV1Api, type KubeConfig } from "@kubernetes/client-node";

import type { CertificateAuthority } from "../kubernetes/certificate-authority.ts";
import { orUndefined } from "./not-found.ts";
import { isAvailable } from "./pod-readiness.ts";
import { startReconciler, type Stoppable } from "./reconciler.ts";

const namespace = "cattle-system";

/**
 * Simulates the effects of Rancher's pods on the cluster that an installation depends on:
 * - a running Rancher creates the Secret `tls-rancher` with its Issuer's CA (here: `authority`), and never changes an
 *   existing one;
 * - the chart's post-delete Job removes the bootstrap Secret, which Helm keeps.
 */
export function startFakeRancherPods(options: {
  readonly client: KubeConfig;
  readonly authority: CertificateAuthority;
  readonly progress: (line: string) => void;
}): Stoppable {
  const { client, authority, progress } = options;
  const core = client.makeApiClient(CoreV1Api);
  const apps = client.makeApiClient(AppsV1Api);
  const batch = client.makeApiClient(BatchV1Api);
  const aggregation = client.makeApiClient(ApiregistrationV1Api);

  const reconcile = async () => {
    if (await orUndefined(batch.readNamespacedJob({ namespace, name: "rancher-post-delete" }))) {
      await orUndefined(core.deleteNamespacedSecret({ namespace, name: "bootstrap-secret" }));
      await orUndefined(aggregation.deleteAPIService({ name: "v1.ext.cattle.io" }));
      await orUndefined(core.deleteNamespacedService({ namespace, name: "imperative-api-extension" }));
      return;
    }
    const deployment = await orUndefined(apps.readNamespacedDeployment({ namespace, name: "rancher" }));
    if (!isAvailable(deployment)) return;
    if (await orUndefined(core.readNamespacedSecret({ namespace, name: "tls-rancher" }))) return;
    await core.createNamespacedSecret({
      namespace,
      body: {
        metadata: { name: "tls-rancher" },
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": authority.certificate, "tls.key": authority.key },
      },
    });
    progress("fake Rancher created its CA, the Secret tls-rancher");
  };
  const paths = [
    `/apis/apps/v1/namespaces/${namespace}/deployments`,
    `/apis/batch/v1/namespaces/${namespace}/jobs`,
    `/api/v1/namespaces/${namespace}/secrets`,
  ];
  return startReconciler({ name: "fake Rancher", client, paths, reconcile, progress });
}
