/** Timeout for the answer of a repository, in milliseconds. */
const timeoutMs = 3000;

/**
 * Whether this Helm repository (`https://` or `oci://`) can be reached. Reads only the first bytes of an index, because
 * public ones have several megabytes. The page of a proxy or portal does not count as an index.
 */
export async function isReachable(repository: string): Promise<boolean> {
  try {
    return await (repository.startsWith("oci://") ? hasRegistry(repository) : hasIndex(repository));
  } catch {
    return false;
  }
}

async function hasIndex(repository: string): Promise<boolean> {
  return request(`${repository.replace(/\/$/, "")}/index.yaml`, async (response) => {
    const first = await response.body?.getReader().read();
    return response.ok && /^(---\s+)?apiVersion:/.test(Buffer.from(first?.value ?? []).toString("utf8"));
  });
}

/** A registry answers at `/v2/`, or requires a token there (OCI distribution specification, "Determining support"). */
async function hasRegistry(repository: string): Promise<boolean> {
  const { host } = new URL(repository);
  return request(`https://${host}/v2/`, async ({ ok, status, headers }) => {
    return ok || (status === 401 && headers.has("www-authenticate"));
  });
}

async function request(url: string, accept: (response: Response) => Promise<boolean>): Promise<boolean> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    return await accept(await fetch(url, { signal: controller.signal }));
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}
