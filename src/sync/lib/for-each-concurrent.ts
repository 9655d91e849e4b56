import PQueue from 'p-queue';

/**
 * Works on items, so many side by side. After a failure nothing more is begun, and it is thrown once nothing
 * is under way: what a pass began is not writing any more when the pass has ended.
 */
export async function forEachConcurrent<T>(
  concurrency: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = new PQueue({ concurrency });
  let failure: { readonly error: unknown } | undefined;
  for (const item of items) {
    void queue.add(async () => {
      try {
        await work(item);
      } catch (error) {
        failure ??= { error };
        queue.clear();
      }
    });
  }
  await queue.onIdle();
  if (failure !== undefined) throw failure.error;
}
