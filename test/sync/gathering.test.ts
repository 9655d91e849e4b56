import { describe, expect, test } from 'vitest';
import { newGathering } from '../../src/sync/lib/gathering.ts';

/** Longer than any test lasts. */
const NEVER = 2 ** 30;

/** A gathering of texts, which writes down what it works on at once; work ends when it is let. */
function gatherTexts({ most = 100, waitMs = NEVER } = {}) {
  const begun: string[][] = [];
  const ends: (() => void)[] = [];
  const gathering = newGathering<string, string>(
    { sizeOf: (text) => text.length, most, waitMs },
    async (items) => {
      begun.push([...items]);
      await new Promise<void>((resolve) => ends.push(resolve));
      return items.map((item) =>
        item.startsWith('bad')
          ? { status: 'rejected', reason: new Error(item) }
          : { status: 'fulfilled', value: item.toUpperCase() },
      );
    },
  );
  const endAll = () => {
    for (const end of ends.splice(0)) end();
  };
  return { gathering, begun, endAll };
}

const turn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

describe('items are worked on', () => {
  test('together, once none is expected any more', async () => {
    const { gathering, begun, endAll } = gatherTexts();
    const [first, second, third] = [gathering.expect(), gathering.expect(), gathering.expect()];
    first();
    const a = gathering.add('a');
    second();
    const b = gathering.add('bad');
    await turn();
    expect(begun).toEqual([]);
    // It came to nothing.
    third();
    await turn();
    expect(begun).toEqual([['a', 'bad']]);
    endAll();
    expect(await a).toBe('A');
    await expect(b).rejects.toThrow('bad');
  });

  test('at once, where none was ever expected', async () => {
    const { gathering, begun } = gatherTexts();
    void gathering.add('a');
    await turn();
    expect(begun).toEqual([['a']]);
  });

  test('without the one that is expected, once they have waited for long enough', async () => {
    const { gathering, begun, endAll } = gatherTexts({ waitMs: 1 });
    gathering.expect();
    const a = gathering.add('a');
    await expect.poll(() => begun).toEqual([['a']]);
    endAll();
    expect(await a).toBe('A');
  });

  test('without the one that is expected, once they are as many as may be', async () => {
    const { gathering, begun } = gatherTexts({ most: 3 });
    gathering.expect();
    for (const text of ['a', 'bb', 'c']) void gathering.add(text);
    expect(begun).toEqual([['a', 'bb']]);
  });
});

test('there is no room for more while twice as many as may be are in memory', async () => {
  const { gathering, endAll } = gatherTexts({ most: 2 });
  gathering.expect();
  await gathering.room();
  for (const text of ['aa', 'bb']) void gathering.add(text);
  let hasRoom = false;
  const room = gathering.room().then(() => (hasRoom = true));
  await turn();
  expect(hasRoom).toBe(false);
  endAll();
  await room;
});

test('a failure of the work is that of each of its items', async () => {
  const gathering = newGathering<string, string>({ sizeOf: () => 1, most: 10, waitMs: NEVER }, async () => {
    throw new Error('all of them');
  });
  const both = await Promise.allSettled([gathering.add('a'), gathering.add('b')]);
  expect(both.map((one) => one.status === 'rejected' && one.reason.message)).toEqual([
    'all of them',
    'all of them',
  ]);
  // It holds no room afterwards.
  await gathering.room();
});
