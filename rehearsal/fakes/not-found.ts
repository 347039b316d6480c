import { ApiException } from "@kubernetes/client-node";

/** The result of an API call, or undefined when the object or its kind does not exist. */
export async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return undefined;
    throw error;
  }
}
