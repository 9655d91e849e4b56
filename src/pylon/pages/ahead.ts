/** Items that come one after the other: pages, for example. */
export interface Source<T> {
  /** The next item; undefined after the last. */
  next(): Promise<T | undefined>;
  /** Whether another may come after this one. */
  hasMore(item: T): boolean;
}

/**
 * Works on each item, in order, while the next one is being fetched. An error of the source is thrown when its item is
 * due. If the work fails, `leave` is called, which should abort the fetch in flight (a 429 may delay it for a minute), and
 * the failure is thrown once that fetch has ended.
 */
export async function forEachAhead<T>(
  source: Source<T>,
  work: (item: T) => Promise<void>,
  leave: () => void = () => {},
): Promise<void> {
  let item = await source.next();
  while (item !== undefined) {
    if (!source.hasMore(item)) return work(item);
    const pending = source.next();
    // Marks the promise as handled: nobody awaits it yet, and Node would report an unhandled rejection.
    pending.catch(() => {});
    try {
      await work(item);
    } catch (error) {
      leave();
      await pending.catch(() => {});
      throw error;
    }
    item = await pending;
  }
}
