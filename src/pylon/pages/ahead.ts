/**
 * The same items, each fetched while its predecessor is being worked on: exactly one ahead. An error comes
 * up at its turn. Leaving the loop early calls `leave`, which should end the fetch in hand (it may be held back
 * for a minute by a 429), waits for that and lets go of the source.
 */
export async function* ahead<T>(source: AsyncIterable<T>, leave: () => void = () => {}): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const fetch = () => {
    const next = iterator.next();
    // Handled here so that an error nobody waits for yet is not taken for one that nobody will.
    next.catch(() => {});
    return next;
  };
  let pending = fetch();
  try {
    for (;;) {
      const { done, value } = await pending;
      if (done === true) return;
      pending = fetch();
      yield value;
    }
  } finally {
    leave();
    await pending.catch(() => {});
    await iterator.return?.();
  }
}
