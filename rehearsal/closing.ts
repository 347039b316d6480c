/** Ends one part of a rehearsal. */
export type Closer = () => Promise<unknown>;

/** Ends the parts in the reverse of the order they were made, each whatever the others do. May be called again. */
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
 * Makes one thing of several parts, which say in `closers` how each is ended; `close` ends all of them.
 *
 * @throws what went wrong, after every part made so far is ended again.
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
