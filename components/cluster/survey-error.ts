import { answerTime, InvalidAnswer, isTemporary, KubernetesApiError } from "./kubernetes-api.ts";

/** Why a cluster cannot be surveyed, for a message that begins with the key of the kubeconfig. Never quotes a kubeconfig. */
export function explainSurveyError(error: unknown, server: string): string {
  if (error instanceof KubernetesApiError && error.status === 401) {
    return `is not accepted by ${server} (401). Its credentials may have expired; get a new one.`;
  }
  if (error instanceof KubernetesApiError && error.status === 403) {
    return `may not look at ${server} (403). Use one with the role cluster-admin, as Rancher needs it.`;
  }
  if (error instanceof KubernetesApiError && isTemporary(error)) {
    return `leads to ${server}, which answered HTTP ${error.status} for ${answerTime / 1000} s. Try again when the API server is ready.`;
  }
  if (error instanceof InvalidAnswer) {
    return `leads to ${server}, which gave an invalid answer: ${error.path}. Is an API server there at all?`;
  }
  if (error instanceof KubernetesApiError) {
    return `leads to ${server}, which answers HTTP ${error.status}. Is an API server there at all?`;
  }
  const { name, code, message } = error as { name?: string; code?: unknown; message?: string };
  if (name === "TimeoutError" || name === "AbortError") {
    return `leads to ${server}, which does not answer: no answer within ${answerTime / 1000} s. Check the address and the way to it.`;
  }
  const reason = typeof code === "string" ? code : message?.split("\n")[0];
  return `leads to ${server}, which does not answer: ${String(reason)}. Check the address and the way to it.`;
}
