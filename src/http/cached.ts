import { TransientError } from '../errors.ts';

/**
 * Caches the result of `read`; concurrent callers share one read. `keepMs` gets how long the read took and returns
 * how long to keep the result, both in milliseconds. A failure is not cached.
 */
export function cached<T>(
  read: () => Promise<T>,
  keepMs: (tookMs: number) => number,
  now: () => number,
): () => Promise<T> {
  let latest: { readonly value: T; readonly at: number; readonly until: number } | undefined;
  let underWay: Promise<T> | undefined;
  return () => {
    const startedAt = now();
    // If the clock was set back, read again rather than keep the result longer.
    if (latest !== undefined && startedAt >= latest.at && startedAt < latest.until)
      return Promise.resolve(latest.value);
    underWay ??= read()
      .then((value) => {
        const at = now();
        latest = { value, at, until: at + keepMs(at - startedAt) };
        return value;
      })
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
}

/** Waits at most `ms` milliseconds for `work`, then rejects with a TransientError; `work` itself continues. */
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
