import { expect, test } from 'vitest';
import { logSteps } from '../../src/cli/render/steps.ts';
import { createLog } from '../../src/log.ts';
import { FINISHED_BEFORE, newProgress, type ResourceProgress } from '../../src/sync/pass/progress.ts';

function logged(changes: Partial<ResourceProgress>, step: string) {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    ...{ level: 'debug', format: 'json', colour: false, conceal: (line) => line },
    write: (line) => lines.push(JSON.parse(line)),
  });
  logSteps(log)({ ...newProgress('issues', 'GET /issues'), ...changes }, step);
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
