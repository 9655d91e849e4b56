/**
 * Yields the same items, and fetches the next one while the caller works on the present one. An error is thrown when
 * its item is due. If the caller leaves the loop early, it calls `leave`, which should abort the fetch in flight (a
 * 429 may delay it for a minute), waits for that fetch and closes the source. At the end, however it comes, it calls
 * `end`.
 */
export async function* ahead<T>(
  source: AsyncIterable<T>,
  leave: () => void = () => {},
  end: () => void = () => {},
): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const fetch = () => {
    const next = iterator.next();
    // Marks the promise as handled: nobody awaits it yet, and Node would report an unhandled rejection.
    next.catch(() => {});
    return next;
  };
  let pending = fetch();
  let isOver = false;
  try {
    for (;;) {
      const { done, value } = await pending;
      isOver = done === true;
      if (isOver) return;
      pending = fetch();
      yield value;
    }
  } finally {
    // At the end nothing is in flight.
    if (!isOver) leave();
    await pending.catch(() => {});
    end();
    await iterator.return?.();
  }
}
