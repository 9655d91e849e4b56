import { TransientError } from '../errors.ts';

/**
 * The same reading for whoever asks within `keepMs`, and never two at once: however many ask, the database
 * is asked once. What failed is not kept.
 */
export function recent<T>(read: () => Promise<T>, keepMs: number, now: () => number): () => Promise<T> {
  let kept: { readonly value: T; readonly at: number } | undefined;
  let underWay: Promise<T> | undefined;
  return () => {
    if (kept !== undefined && now() - kept.at < keepMs) return Promise.resolve(kept.value);
    underWay ??= read()
      .then((value) => {
        kept = { value, at: now() };
        return value;
      })
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
}

/** Waits no longer than this for something that goes on all the same. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
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
