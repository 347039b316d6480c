import { parse } from "semver";
import { z } from "zod";

// The parts of the API server's answers that the survey reads. Everything else in them is ignored.

const labels = z.record(z.string(), z.string()).nullish();
const metadata = z
  .object({
    uid: z.string().optional(),
    name: z.string().optional(),
    namespace: z.string().optional(),
    labels,
    annotations: labels,
  })
  .optional();
export const kubernetesObject = z.object({ metadata });
export const ingressClassObject = kubernetesObject.extend({
  spec: z.object({ controller: z.string().optional() }).nullish(),
});
export const secretObject = kubernetesObject.extend({ data: labels });
export const versionAnswer = z.object({ gitVersion: z.string().refine((text) => parse(text) !== null) });
export const helmRelease = z.object({
  chart: z.object({ metadata: z.object({ version: z.string().optional() }).nullish() }).nullish(),
  config: z.object({ tls: z.unknown().optional() }).nullish(),
});

export type KubernetesObject = z.output<typeof kubernetesObject>;
export type IngressClassObject = z.output<typeof ingressClassObject>;
export type SecretObject = z.output<typeof secretObject>;
export type Release = z.output<typeof helmRelease>;

/** Kubernetes writes an empty list as `null` in some answers. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item).nullish() }).transform(({ items }) => ({ items: items ?? [] }));
}
