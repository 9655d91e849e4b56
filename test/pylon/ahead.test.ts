import { expect, test } from 'vitest';
import { forEachAhead, type Source } from '../../src/pylon/pages/ahead.ts';
import { rejection } from './serving.ts';

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 2));
const turns = async (count: number) => {
  for (let index = 0; index < count; index += 1) await turn();
};

/** Numbers up to an end, noting how far it was asked and what has come; a fault may stand in for the last one. */
function source(end: number, fault?: Error) {
  const state = { asked: 0, fetched: 0 };
  const numbers: Source<number> = {
    hasMore: (item) => item < end,
    next: async () => {
      state.asked += 1;
      const item = state.asked;
      await turn();
      state.fetched = item;
      if (item > end) throw new Error('asked beyond the end');
      if (item === end && fault !== undefined) throw fault;
      return item;
    },
  };
  return { state, numbers };
}

test('exactly one is fetched ahead, and the order is kept', async () => {
  const { state, numbers } = source(6);
  const seen: number[] = [];
  await forEachAhead(numbers, async (n) => {
    seen.push(n);
    await turns(5);
    expect(state.fetched).toBe(Math.min(6, n + 1));
  });
  expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
});

test('nothing is asked for after the last', async () => {
  const { state, numbers } = source(1);
  await forEachAhead(numbers, turn);
  expect(state.asked).toBe(1);
});

test('a source may also end without having said so', async () => {
  const left = [1, 2];
  const seen: number[] = [];
  await forEachAhead({ hasMore: () => true, next: async () => left.shift() }, async (n) => {
    seen.push(n);
  });
  expect(seen).toEqual([1, 2]);
});

test('an error comes up at its turn, after all that came before it, and is not left unhandled', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const fault = new Error('page 3');
  const { numbers } = source(3, fault);
  const seen: number[] = [];
  // The fault happens while the second is still being worked on.
  const reading = forEachAhead(numbers, async (n) => {
    seen.push(n);
    await turns(5);
  });
  expect(await rejection(reading)).toBe(fault);
  expect(seen).toEqual([1, 2]);
  await turn();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

test('work that fails ends the reading once the fetch in hand is done', async () => {
  const { state, numbers } = source(10);
  const reading = forEachAhead(numbers, async (n) => {
    if (n === 2) throw new Error('could not store');
  });
  expect((await rejection(reading)).message).toBe('could not store');
  expect(state).toEqual({ asked: 3, fetched: 3 });
});

test('its error is kept even where the fetch in hand fails', async () => {
  const { state, numbers } = source(2, new Error('page 2'));
  const reading = forEachAhead(numbers, async () => {
    throw new Error('could not store');
  });
  expect((await rejection(reading)).message).toBe('could not store');
  expect(state.fetched).toBe(2);
});

test('the fetch in hand is ended where the source can be told to', async () => {
  const stop = new AbortController();
  let asked = 0;
  const held: Source<number> = {
    hasMore: () => true,
    next: async () => {
      asked += 1;
      if (asked === 1) return 1;
      return new Promise((_, reject) =>
        stop.signal.addEventListener('abort', () => reject(stop.signal.reason)),
      );
    },
  };
  const fail = async () => {
    throw new Error('could not store');
  };
  expect((await rejection(forEachAhead(held, fail, () => stop.abort()))).message).toBe('could not store');
});

test('nothing is left where the last one cannot be worked on: nothing is in flight', async () => {
  const { numbers } = source(1);
  let left = false;
  const fail = async () => {
    throw new Error('could not store');
  };
  const reading = forEachAhead(numbers, fail, () => {
    left = true;
  });
  expect((await rejection(reading)).message).toBe('could not store');
  expect(left).toBe(false);
});
