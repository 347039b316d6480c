import { AdmissionregistrationV1Api, type KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";

import { startReconciler, type Stoppable } from "./reconciler.ts";

const group = "/apis/admissionregistration.k8s.io/v1";

/** A condition that is never true: the API server does not call the webhook, so there is no timeout. */
const neverCall = { name: "pods-are-simulated-in-a-rehearsal", expression: "false" };

/**
 * Disables all admission webhooks. No pod runs behind their Services, so a webhook with `failurePolicy: Fail` would
 * reject every object. Sets `failurePolicy: Ignore` and a match condition that is never true, on existing and new
 * configurations.
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
        progress(`webhooks of ${metadata!.name} are disabled, because simulated pods do not answer`);
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
