import { setMaxListeners } from 'node:events';

/** A signal that follows others until it is let go of. */
export interface Linked {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Stops following; what lives longer than one request must not collect a listener for each. */
  unlink(): void;
}

/** Aborts when any of the signals does, with its reason. (`AbortSignal.any` leaves something behind on long-lived signals in Node 20.) */
export function link(...signals: readonly (AbortSignal | undefined)[]): Linked {
  const controller = new AbortController();
  const sources = signals.filter((signal) => signal !== undefined);
  const follow = (event: Event) => controller.abort((event.target as AbortSignal).reason);
  for (const source of sources) {
    if (source.aborted) controller.abort(source.reason);
    // Every request under way listens: there are as many as there are, and each lets go.
    setMaxListeners(0, source);
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
