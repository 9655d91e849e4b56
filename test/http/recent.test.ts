import { describe, expect, test, vi } from 'vitest';
import { cached, withTimeout } from '../../src/http/cached.ts';

describe('a recent reading', () => {
  test('is made once for all who ask at the same time', async () => {
    const read = vi.fn(async () => 7);
    const ask = cached(
      read,
      () => 0,
      () => 0,
    );
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([7, 7, 7]);
    expect(read).toHaveBeenCalledTimes(1);
  });

  test('is kept as long as it may be, and made again after that', async () => {
    let now = 0;
    let value = 0;
    const ask = cached(
      async () => ++value,
      () => 1_000,
      () => now,
    );
    expect(await ask()).toBe(1);
    now = 999;
    expect(await ask()).toBe(1);
    now = 1_000;
    expect(await ask()).toBe(2);
    now = 900;
    expect(await ask()).toBe(3);
  });

  test('may be kept the longer, the longer it took', async () => {
    let now = 0;
    let value = 0;
    const read = async () => {
      now += 50;
      value += 1;
      return value;
    };
    const ask = cached(
      read,
      (tookMs) => 20 * tookMs,
      () => now,
    );
    expect([await ask(), now]).toEqual([1, 50]);
    now = 1_049;
    expect(await ask()).toBe(1);
    now = 1_050;
    expect(await ask()).toBe(2);
  });

  test('that failed is not kept', async () => {
    let attempts = 0;
    const ask = cached(
      async () => {
        attempts += 1;
        if (attempts === 1) throw new Error('away');
        return attempts;
      },
      () => 1_000,
      () => 0,
    );
    await expect(Promise.all([ask(), ask()])).rejects.toThrow('away');
    expect(await ask()).toBe(2);
  });
});

describe('waiting', () => {
  test('ends with what was waited for', async () => {
    expect(await withTimeout(1_000, 'it', Promise.resolve(7))).toBe(7);
    await expect(withTimeout(1_000, 'it', Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  test('ends by itself, saying what did not come', async () => {
    let fail = (_: Error) => {};
    const late = new Promise<never>((_, reject) => {
      fail = reject;
    });
    await expect(withTimeout(5, 'the database', late)).rejects.toThrow('the database: no answer within 5 ms');
    // What comes too late fails nothing: by the next turn Node would have told of a rejection that nobody handles.
    fail(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
