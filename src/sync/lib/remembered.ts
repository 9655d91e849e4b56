/**
 * What was found, looked for again once it is older than `ms`: for what decides about nothing but pace. Nothing found
 * (undefined) is not remembered, nor is a failure.
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
