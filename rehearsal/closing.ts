/** Ends one part of a rehearsal. */
export type Closer = () => Promise<unknown>;

/** Ends the parts in the reverse of the order they were made, each whatever the others do. May be called again. */
export function closeAll(closers: readonly Closer[]): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const close = async () => {
    const failures: unknown[] = [];
    for (const closer of [...closers].reverse()) await closer().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("\n"));
  };
  return () => (closing ??= close());
}
