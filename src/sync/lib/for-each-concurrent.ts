import PQueue from 'p-queue';

/**
 * Works on items, at most `concurrency` at a time. After a failure no further item is begun, and the failure is
 * thrown once no item is being worked on, so that nothing of a pass still writes after the pass has ended.
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
