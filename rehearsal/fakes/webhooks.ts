import { AdmissionregistrationV1Api, type KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";

import { startReconciler, type Stoppable } from "./reconciler.ts";

const group = "/apis/admissionregistration.k8s.io/v1";

/** Never true: the API server does not even try, so nobody waits for a time-out. */
const neverCall = { name: "pods-are-played-in-a-rehearsal", expression: "false" };

/**
 * Sees to it that no admission webhook is asked: pods are played, so nothing answers behind a Service, and a webhook
 * that must answer would have every object of its kind refused. Sets `failurePolicy: Ignore` and a condition that never
 * holds, on every configuration there is and as further ones appear.
 */
export function startWebhookRelaxing(options: {
  readonly client: KubeConfig;
  readonly progress: (line: string) => void;
}): Stoppable {
  const { client, progress } = options;
  const api = client.makeApiClient(AdmissionregistrationV1Api);
  const json = setHeaderOptions("Content-Type", PatchStrategy.JsonPatch);

  const reconcile = async () => {
    const kinds = [
      {
        list: await api.listValidatingWebhookConfiguration(),
        patch: api.patchValidatingWebhookConfiguration.bind(api),
      },
      { list: await api.listMutatingWebhookConfiguration(), patch: api.patchMutatingWebhookConfiguration.bind(api) },
    ];
    for (const { list, patch } of kinds) {
      for (const { metadata, webhooks = [] } of list.items) {
        const body = webhooks.flatMap((webhook, index) => (isRelaxed(webhook) ? [] : relaxed(index)));
        if (body.length === 0) continue;
        await patch({ name: metadata!.name!, body }, json);
        progress(`webhooks of ${metadata!.name} are not asked: pods are played, nothing answers`);
      }
    }
  };
  const paths = [`${group}/validatingwebhookconfigurations`, `${group}/mutatingwebhookconfigurations`];
  return startReconciler({ name: "webhooks", client, paths, reconcile, progress });
}

function isRelaxed(webhook: { failurePolicy?: string; matchConditions?: { name: string }[] }): boolean {
  return (
    webhook.failurePolicy === "Ignore" &&
    (webhook.matchConditions?.some((condition) => condition.name === neverCall.name) ?? false)
  );
}

function relaxed(index: number): object[] {
  return [
    { op: "add", path: `/webhooks/${index}/failurePolicy`, value: "Ignore" },
    { op: "add", path: `/webhooks/${index}/matchConditions`, value: [neverCall] },
  ];
}
