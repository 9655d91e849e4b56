import PQueue from 'p-queue';

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
  const queue = new PQueue({ concurrency });
  const begun: Promise<void>[] = [];
  let failure: { readonly error: unknown } | undefined;
  const begin = async (item: T, release: () => void) => {
    try {
      await work(item, release);
    } catch (error) {
      failure ??= { error };
      queue.clear();
    } finally {
      release();
    }
  };
  for (const item of items)
    void queue.add(() => new Promise<void>((release) => void begun.push(begin(item, release))));
  await queue.onIdle();
  await Promise.all(begun);
  if (failure !== undefined) throw failure.error;
}
