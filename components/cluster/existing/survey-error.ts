import { answerTime, InvalidAnswer, isTemporary, KubernetesApiError } from "./kubernetes-api.ts";

/**
 * Why a cluster cannot be surveyed, for a message that begins with the kubeconfig's key. Never quotes the kubeconfig.
 */
export function explainSurveyError(error: unknown, server: string): string {
  if (error instanceof KubernetesApiError && error.status === 401) {
    return `is rejected by ${server} (401). Its credentials may have expired; get a new kubeconfig.`;
  }
  if (error instanceof KubernetesApiError && error.status === 403) {
    return `lacks permissions on ${server} (403). Use a kubeconfig with the role cluster-admin, which Rancher needs.`;
  }
  if (error instanceof KubernetesApiError && isTemporary(error)) {
    return `leads to ${server}, which answered HTTP ${error.status} for ${answerTime / 1000} s. Try again when the API server is ready.`;
  }
  if (error instanceof InvalidAnswer) {
    return `leads to ${server}, which gave an invalid answer: ${error.path}. Check that it is a Kubernetes API server.`;
  }
  if (error instanceof KubernetesApiError) {
    return `leads to ${server}, which answers HTTP ${error.status}. Check that it is a Kubernetes API server.`;
  }
  const { name, code, message } = error as { name?: string; code?: unknown; message?: string };
  if (name === "TimeoutError" || name === "AbortError") {
    return `leads to ${server}, which does not answer: no answer within ${answerTime / 1000} s. Check the address and the route to it.`;
  }
  const reason = typeof code === "string" ? code : message?.split("\n")[0];
  return `leads to ${server}, which does not answer: ${String(reason)}. Check the address and the route to it.`;
}
