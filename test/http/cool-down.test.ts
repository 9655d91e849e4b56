import { expect, test } from 'vitest';
import type { Hint } from '../../src/http/hints.ts';
import { coolingDown } from '../../src/http/webhook/cool-down.ts';

const issue = (id: string): Hint => ({ resource: 'issues', id });

/** A cool-down of ten, on a clock of its own. */
function cooled({ fails = () => false }: { readonly fails?: (hint: Hint) => boolean } = {}) {
  let at = 0;
  const noted: string[] = [];
  const lost: string[] = [];
  const timers: { work: () => void; due: number }[] = [];
  const take = coolingDown(
    async (hints) => {
      if (hints.some(fails)) throw new Error('the database is away');
      noted.push(`${at} ${hints.map(({ id }) => id).join(' ')}`);
    },
    ({ id }) => lost.push(id),
    { ms: 10, now: () => at, later: (work, ms) => timers.push({ work, due: at + ms }) },
  );
  const until = async (time: number) => {
    for (at += 1; at <= time; at += 1) {
      for (const { work, due } of timers) if (due === at) work();
      await Promise.resolve();
    }
    at = time;
  };
  return { take, until, noted, lost };
}

test('a record is noted at once and, however often it comes, once each time it has cooled down', async () => {
  const { take, until, noted } = cooled();
  for (let time = 0; time <= 25; time += 1) {
    await take([issue('a')]);
    await until(time + 1);
  }
  expect(noted).toEqual(['0 a', '10 a', '20 a']);
  await until(60);
  expect(noted).toEqual(['0 a', '10 a', '20 a', '30 a']);
  await take([issue('a')]);
  expect(noted.at(-1)).toBe('60 a');
});

test('one record does not hold up another', async () => {
  const { take, until, noted } = cooled();
  await take([issue('a')]);
  await until(3);
  await take([issue('a'), issue('b')]);
  await until(30);
  expect(noted).toEqual(['0 a', '3 b', '10 a']);
});

test('what could not be noted may come again at once; what could not be noted at the end is told', async () => {
  let isAway = true;
  const { take, until, noted, lost } = cooled({ fails: () => isAway });
  await expect(take([issue('a')])).rejects.toThrow('away');
  isAway = false;
  await take([issue('a')]);
  await take([issue('a')]);
  isAway = true;
  await until(20);
  expect([noted, lost]).toEqual([['0 a'], ['a']]);
});
