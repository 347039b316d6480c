import { ApiException } from "@kubernetes/client-node";

/** The answer to a question, or nothing when the API server knows no such object (or no such kind). */
export async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return undefined;
    throw error;
  }
}
