import { describe, expect, test } from 'vitest';
import { newBackoff } from '../../src/cli/runtime/backoff.ts';
import { createLog } from '../../src/log.ts';
import { sleep } from '../../src/sleep.ts';

interface Line {
  readonly level: string;
  readonly attempts: number;
  readonly waitMs: number;
}

/** Fails as often as there are times to pass; each wait is cut to a thousandth. */
async function failing(afterMs: readonly number[], random = 0, least: 'info' | 'error' = 'info') {
  const lines: Line[] = [];
  const log = createLog({
    level: 'trace',
    format: 'json',
    colour: false,
    write: (line) => lines.push(JSON.parse(line)),
    conceal: (line) => line,
  });
  let now = 0;
  const { signal } = new AbortController();
  const patience = newBackoff({
    log,
    what: 'again',
    signal,
    firstMs: 1,
    mostMs: 8,
    least,
    now: () => now,
    random: () => random,
  });
  for (const ms of afterMs) {
    now = ms;
    await patience.wait(new Error('away'));
  }
  return { lines, patience };
}

describe('waiting for something to come back', () => {
  test('takes longer each time, up to a bound', async () => {
    const { lines } = await failing([0, 0, 0, 0, 0, 0]);
    expect(lines.map(({ waitMs }) => waitMs)).toEqual([1, 2, 4, 8, 8, 8]);
  });

  test('takes up to a half less, by chance, so that many do not come back at once', async () => {
    const { lines } = await failing([0, 0, 0, 0], 1);
    expect(lines.map(({ waitMs }) => waitMs)).toEqual([1, 1, 2, 4]);
  });

  test('is logged louder the longer it lasts', async () => {
    const { lines } = await failing([0, 9_999, 10_000, 59_999, 60_000]);
    expect(lines.map(({ level }) => level)).toEqual(['info', 'info', 'warn', 'warn', 'error']);
  });

  test('is never quieter than it has to be', async () => {
    const { lines } = await failing([0, 10_000], 0, 'error');
    expect(lines.map(({ level }) => level)).toEqual(['error', 'error']);
  });

  test('begins anew once it worked', async () => {
    const { lines, patience } = await failing([0, 0, 60_000]);
    patience.recovered();
    await patience.wait(new Error('away'));
    expect(lines.map(({ level, attempts }) => [level, attempts]).at(-1)).toEqual(['info', 1]);
  });

  test('ends at once with the reason of the signal', async () => {
    const stop = new AbortController();
    const reason = new Error('stop');
    const waiting = sleep(60_000, stop.signal);
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(sleep(60_000, stop.signal)).rejects.toBe(reason);
  });
});
