/** Ends one part of a rehearsal. */
export type Closer = () => Promise<unknown>;

/** Returns an idempotent function that closes all parts in reverse order, even if some fail. */
function closeAll(closers: readonly Closer[]): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const close = async () => {
    const failures: unknown[] = [];
    for (const closer of [...closers].reverse()) await closer().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("\n"));
  };
  return () => (closing ??= close());
}

/**
 * Makes something of several parts. `make` adds a closer for each part to `closers`; `close` closes all of them.
 *
 * @throws the error of `make`, after closing every part made so far.
 */
export async function makeOrClose<T>(make: (closers: Closer[], close: () => Promise<void>) => Promise<T>): Promise<T> {
  const closers: Closer[] = [];
  const close = closeAll(closers);
  try {
    return await make(closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}
