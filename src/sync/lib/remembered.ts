/**
 * Returns a function that calls `find`, and returns the same result for `ms` milliseconds. For values
 * that only set a pace, so that an old one does no harm. It does not remember undefined, nor a failure, which it rethrows.
 */
export function remembered<T>(
  ms: number,
  find: () => Promise<T | undefined>,
  now = () => performance.now(),
): () => Promise<T | undefined> {
  let known: { readonly value: T; readonly at: number } | undefined;
  return async () => {
    if (known !== undefined && now() - known.at < ms) return known.value;
    const value = await find();
    known = value === undefined ? undefined : { value, at: now() };
    return value;
  };
}
