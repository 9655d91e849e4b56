import { expect, test } from 'vitest';
import { ahead } from '../../src/pylon/pages/ahead.ts';
import { rejection } from './serving.ts';

const turn = () => new Promise((resolve) => setTimeout(resolve, 2));

/** Numbers up to an end, noting how far it was asked and whether it was let go of. */
function source(end: number, fault?: Error) {
  const state = { fetched: 0, released: false };
  async function* numbers() {
    try {
      for (let n = 1; n <= end; n += 1) {
        state.fetched = n;
        await turn();
        yield n;
      }
      if (fault !== undefined) throw fault;
    } finally {
      state.released = true;
    }
  }
  return { state, numbers: numbers() };
}

test('exactly one is fetched ahead, and the order is kept', async () => {
  const { state, numbers } = source(6);
  const seen: number[] = [];
  for await (const n of ahead(numbers)) {
    seen.push(n);
    for (let index = 0; index < 5; index += 1) await turn();
    expect(state.fetched).toBe(Math.min(6, n + 1));
  }
  expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  expect(state.released).toBe(true);
});

test('nothing is fetched before anybody asks', async () => {
  const { state, numbers } = source(3);
  const held = ahead(numbers);
  await turn();
  expect(state.fetched).toBe(0);
  await held.return(undefined);
});

test('an error comes up at its turn, after all that came before it, and is not left unhandled', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const fault = new Error('page 3');
  const { state, numbers } = source(2, fault);
  const seen: number[] = [];
  const reading = async () => {
    for await (const n of ahead(numbers)) {
      seen.push(n);
      // The fault happens while the second is still being worked on.
      for (let index = 0; index < 5; index += 1) await turn();
    }
  };
  expect(await rejection(reading())).toBe(fault);
  expect(seen).toEqual([1, 2]);
  expect(state.released).toBe(true);
  await turn();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

test('leaving early lets go of the source once the fetch in hand is done', async () => {
  const { state, numbers } = source(10);
  for await (const n of ahead(numbers)) if (n === 2) break;
  expect(state).toEqual({ fetched: 3, released: true });
});

test('a source that is no generator is let go of only after its fetch in hand, too', async () => {
  const steps: string[] = [];
  const iterator: AsyncIterator<number> = {
    next: async () => {
      await turn();
      steps.push('fetched');
      return { done: false, value: 1 };
    },
    return: async () => {
      steps.push('released');
      return { done: true, value: undefined };
    },
  };
  for await (const _ of ahead({ [Symbol.asyncIterator]: () => iterator })) break;
  expect(steps).toEqual(['fetched', 'fetched', 'released']);
});

test('leaving early because of an error keeps that error, even where the fetch in hand fails', async () => {
  const { state, numbers } = source(1, new Error('page 2'));
  const reading = async () => {
    for await (const _ of ahead(numbers)) throw new Error('could not store');
  };
  expect((await rejection(reading())).message).toBe('could not store');
  expect(state.released).toBe(true);
});

test('leaving early ends the fetch in hand where the source can be told to', async () => {
  const stop = new AbortController();
  async function* held() {
    yield 1;
    await new Promise((_, reject) => stop.signal.addEventListener('abort', () => reject(stop.signal.reason)));
  }
  const reading = async () => {
    for await (const _ of ahead(held(), () => stop.abort())) throw new Error('could not store');
  };
  expect((await rejection(reading())).message).toBe('could not store');
});
