import { expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { newFailureLog } from '../../src/sync/lib/failure-log.ts';

const MINUTE = 60_000;

function troubled() {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    level: 'debug',
    format: 'json',
    colour: false,
    write: (line) => lines.push(JSON.parse(line)),
    conceal: (line) => line,
  });
  const clock = { now: 0 };
  const trouble = newFailureLog(log, () => clock.now);
  return { trouble, clock, levels: () => lines.map(({ level }) => level), lines };
}

test('what fails is told of the louder the longer it has been failing', () => {
  const { trouble, clock, levels } = troubled();
  for (const minutes of [0, 0.9, 1, 9, 10, 600]) {
    clock.now = minutes * MINUTE;
    trouble.failed('changes issues', {});
  }
  expect(levels()).toEqual(['info', 'info', 'warn', 'warn', 'error', 'error']);
});

test('a failure after it worked is a first one, and what works says so once', () => {
  const { trouble, clock, lines } = troubled();
  trouble.recovered('lists users');
  trouble.failed('lists users', {});
  clock.now = 5 * MINUTE;
  trouble.recovered('lists users');
  trouble.recovered('lists users');
  clock.now = 60 * MINUTE;
  trouble.failed('lists users', {});
  expect(lines.map(({ level, msg, failedSeconds }) => [level, msg, failedSeconds])).toEqual([
    ['info', 'failed: it is tried again', undefined],
    ['info', 'works again', 300],
    ['info', 'failed: it is tried again', undefined],
  ]);
});

test('each has a time of its own', () => {
  const { trouble, clock, levels } = troubled();
  trouble.failed('changes issues', {});
  clock.now = 2 * MINUTE;
  trouble.failed('changes tasks', {});
  trouble.failed('changes issues', {});
  expect(levels()).toEqual(['info', 'info', 'warn']);
});
