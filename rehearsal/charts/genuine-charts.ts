/** Milliseconds a repository has to answer before the rehearsal goes on without it. */
const timeoutMs = 3000;

/**
 * Whether this Helm repository, an `https://` or `oci://` address, can be reached. Reads only the first bytes of an
 * index, as public ones are megabytes long. A proxy's or portal's page does not count as an index.
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

/** A registry answers at `/v2/`, or asks there for a token first (OCI distribution specification, "Determining support"). */
async function hasRegistry(repository: string): Promise<boolean> {
  const { host } = new URL(repository);
  return request(`https://${host}/v2/`, async ({ ok, status, headers }) => {
    return ok || (status === 401 && headers.has("www-authenticate"));
  });
}

async function request(url: string, look: (response: Response) => Promise<boolean>): Promise<boolean> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    return await look(await fetch(url, { signal: controller.signal }));
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}
