import { setTimeout as wait } from 'node:timers/promises';

export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/**
 * Waits for so many milliseconds.
 *
 * @throws the signal's reason, as soon as it is aborted.
 */
export const sleep: Sleep = async (ms, signal) => {
  signal?.throwIfAborted();
  try {
    await wait(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : error;
  }
};

/** Waits for so many milliseconds, or until the signal is aborted; never rejects. */
export const sleepUnlessAborted = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, signal).catch(() => {});
