import { TransientError } from '../errors.ts';

/**
 * The same reading for whoever asks while it is kept, and never two at once: however many ask, the database
 * is asked once. `keepMs` is told how long the reading took. What failed is not kept.
 */
export function cached<T>(
  read: () => Promise<T>,
  keepMs: (tookMs: number) => number,
  now: () => number,
): () => Promise<T> {
  let kept: { readonly value: T; readonly at: number; readonly until: number } | undefined;
  let underWay: Promise<T> | undefined;
  return () => {
    const startedAt = now();
    // A clock that was set back is no reason to keep it for longer.
    if (kept !== undefined && startedAt >= kept.at && startedAt < kept.until)
      return Promise.resolve(kept.value);
    underWay ??= read()
      .then((value) => {
        const at = now();
        kept = { value, at, until: at + keepMs(at - startedAt) };
        return value;
      })
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
}

/** Waits no longer than this for something that goes on all the same. */
export async function withTimeout<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TransientError(`${what}: no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
