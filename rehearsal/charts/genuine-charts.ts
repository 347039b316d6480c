/** How long a vendor's repository may take to answer, in milliseconds, before we go on without it. */
const patience = 3000;

/**
 * Whether every one of these Helm repositories (URLs without `index.yaml`) can be reached. Only the first bytes of an
 * index are read: the vendors' run to megabytes. What a proxy or a portal answers in their place does not count.
 */
export async function genuineCharts(repositories: readonly string[]): Promise<boolean> {
  const answers = await Promise.all(repositories.map((url) => hasIndex(url).catch(() => false)));
  return answers.every(Boolean);
}

async function hasIndex(repository: string): Promise<boolean> {
  const url = `${repository.replace(/\/$/, "")}/index.yaml`;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), patience);
  try {
    const response = await fetch(url, { signal: controller.signal });
    const first = await response.body?.getReader().read();
    return response.ok && /^(---\s+)?apiVersion:/.test(Buffer.from(first?.value ?? []).toString("utf8"));
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}
