/**
 * Works on items, at most `concurrency` at a time. `work` may call `release` before it has ended: then another item is
 * begun beside it. After a failure no further item is begun, and the failure is thrown once no item is being worked on,
 * so that nothing of a pass still writes after the pass has ended.
 */
export async function forEachConcurrent<T>(
  concurrency: number,
  items: readonly T[],
  work: (item: T, release: () => void) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const begun: Promise<void>[] = [];
  let failure: { readonly error: unknown } | undefined;
  const begin = async (item: T, release: () => void) => {
    try {
      await work(item, release);
    } catch (error) {
      failure ??= { error };
    } finally {
      release();
    }
  };
  /** Takes one item after the other, each once the one before was released. */
  const lane = async () => {
    for (const item of left) {
      if (failure !== undefined) return;
      await new Promise<void>((release) => void begun.push(begin(item, release)));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  await Promise.all(begun);
  if (failure !== undefined) throw failure.error;
}
