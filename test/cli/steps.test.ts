import { describe, expect, test } from 'vitest';
import { logSteps } from '../../src/cli/render/steps.ts';
import { createLog } from '../../src/log.ts';
import { FINISHED_BEFORE, newProgress, type ResourceProgress } from '../../src/sync/pass/progress.ts';

function logged(
  changes: Partial<ResourceProgress>,
  step: string,
  options: Parameters<typeof logSteps>[1] = {},
) {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    ...{ level: 'debug', format: 'json', colour: false, conceal: (line) => line },
    write: (line) => lines.push(JSON.parse(line)),
  });
  logSteps(log, options)({ ...newProgress('issues', 'GET /issues'), ...changes }, step);
  const [{ time: _time, pid: _pid, hostname: _host, ...line } = {}] = lines;
  return line;
}

test('what an earlier process has read is for who looks closer', () => {
  expect(logged({ state: 'done', covered: 1 }, FINISHED_BEFORE)).toEqual({
    ...{ level: 'debug', kind: 'backfill', resource: 'issues', covered: 1, msg: 'finished before' },
  });
});

test('a step has the figures that are not nothing, in whole seconds', () => {
  expect(
    logged({ state: 'running', pages: 1, requests: 2, read: 100, secondsLeft: 1.27 }, 'stored a page'),
  ).toEqual({
    ...{ level: 'info', kind: 'backfill', resource: 'issues', msg: 'stored a page' },
    ...{ pages: 1, requests: 2, read: 100, secondsLeft: 2 },
  });
});

test('only a failure is a warning', () => {
  expect(logged({ state: 'failed', error: 'no' }, 'failed')).toMatchObject({ level: 'warn', error: 'no' });
  expect(logged({ state: 'interrupted' }, 'interrupted')).toMatchObject({ level: 'info' });
});

describe('a daemon logs', () => {
  const daemon = { eachStep: false, failures: false };
  const ended = { state: 'done', startedAt: 1_000, finishedAt: 3_460, covered: 1 } as const;

  test('one line a pass, with what it did and how long that took', () => {
    expect(logged({ ...ended, kind: 'changes', requests: 2, read: 30, updated: 3 }, 'done', daemon)).toEqual({
      ...{ level: 'info', kind: 'changes', resource: 'issues', msg: 'done' },
      ...{ requests: 2, read: 30, updated: 3, seconds: 2.5 },
    });
    const running = { state: 'running', pages: 1, kind: 'backfill' } as const;
    expect(logged(running, 'stored a page', daemon)).toMatchObject({ level: 'debug' });
    expect(logged(running, 'began', daemon)).toMatchObject({ level: 'debug' });
  });

  test('of passes that follow each other within seconds those alone that found something', () => {
    for (const kind of ['resweep', 'reread'] as const) {
      expect(logged({ ...ended, kind, read: 5 }, 'done', daemon)).toMatchObject({ level: 'debug' });
      expect(logged({ ...ended, kind, read: 5, deleted: 1 }, 'done', daemon)).toMatchObject({
        level: 'info',
      });
    }
  });

  test('a failure by how long it lasts, which is not for the steps to say', () => {
    const failed = { ...ended, state: 'failed', error: 'no' } as const;
    expect(logged(failed, 'failed', daemon)).toMatchObject({ level: 'debug' });
    expect(logged({ ...failed, kind: 'lists' }, 'failed')).toMatchObject({ level: 'warn', error: 'no' });
  });
});
