import { describe, expect, test } from 'vitest';
import { sleep, sleepUnlessAborted } from '../src/sleep.ts';

const LONG = 60_000;

describe('a wait', () => {
  test('ends by itself, with a signal and without one', async () => {
    await sleep(1);
    await sleep(1, new AbortController().signal);
    await sleepUnlessAborted(1, new AbortController().signal);
  });

  test('ends with the signal, and throws its reason', async () => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    const waiting = sleep(LONG, stop.signal);
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(sleep(LONG, stop.signal)).rejects.toBe(reason);
  });

  test('that may be cut short ends with the signal, and throws nothing', async () => {
    const stop = new AbortController();
    const waiting = sleepUnlessAborted(LONG, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).resolves.toBeUndefined();
    await expect(sleepUnlessAborted(LONG, stop.signal)).resolves.toBeUndefined();
  });
});
