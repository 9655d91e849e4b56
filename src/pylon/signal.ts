import { setMaxListeners } from 'node:events';

/** A signal that follows other signals until it is unlinked. */
export interface Linked {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Removes the listeners from the followed signals, which would otherwise collect one for each request. */
  unlink(): void;
}

/** Signals whose listeners are not limited: every request in flight adds one and removes it, so that none leaks. */
const followed = new WeakSet<AbortSignal>();

/**
 * Returns a signal that aborts when any of the given ones does, with its reason. (In Node 20 `AbortSignal.any` leaks
 * memory on long-lived signals.)
 */
export function link(...signals: readonly (AbortSignal | undefined)[]): Linked {
  const controller = new AbortController();
  const sources = signals.filter((signal) => signal !== undefined);
  const follow = (event: Event) => controller.abort((event.target as AbortSignal).reason);
  for (const source of sources) {
    if (source.aborted) controller.abort(source.reason);
    if (!followed.has(source)) setMaxListeners(0, source);
    followed.add(source);
    source.addEventListener('abort', follow, { once: true });
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => {
      for (const source of sources) source.removeEventListener('abort', follow);
    },
  };
}
