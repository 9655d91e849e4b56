import { describe, expect, test } from 'vitest';
import { type Canvas, drawProgress } from '../../src/cli/render/progress.ts';
import { newProgress, type ResourceProgress } from '../../src/sync/pass/progress.ts';

const NOW = 10_000;
const screen = (columns: number, rows = 40): Canvas => ({
  columns,
  rows,
  paint: (_colour, text) => text,
  now: NOW,
});

function progress(resource: string, fields: Partial<ResourceProgress> = {}): ResourceProgress {
  return { ...newProgress(resource, `GET /${resource}`), ...fields };
}

const all = [
  progress('users', { state: 'done', pages: 1, read: 42, requests: 1, startedAt: 0, finishedAt: 800 }),
  progress('issues', {
    state: 'running',
    pages: 12,
    read: 24_000,
    requests: 14,
    covered: 0.62,
    startedAt: 0,
    secondsLeft: 190,
  }),
  progress('audit_logs', {
    state: 'unavailable',
    requests: 1,
    startedAt: 0,
    finishedAt: 9,
    error: 'GET /audit-logs: 403',
  }),
  progress('tasks', {
    state: 'failed',
    read: 999,
    requests: 5,
    startedAt: 0,
    finishedAt: 9,
    error: 'GET /tasks: 500',
  }),
  progress('issue_messages'),
];

describe('the progress of a backfill', () => {
  test('is a line a resource and the sums', () => {
    expect(drawProgress(all, screen(110)).split('\n')).toEqual([
      '✓ users                 42 rows  100 %                       1 page       53 rows/s ████████████████████',
      '▸ issues            24,000 rows   62 % 3m 10s left         12 pages    2,400 rows/s ████████████░░░░░░░░',
      '– audit_logs             0 rows unavailable: GET /audit-logs: 403',
      '✗ tasks                999 rows failed: GET /tasks: 500',
      '· issue_messages',
      '3 of 5 resources · 25,041 rows · 21 requests · 10s elapsed · about 3m 10s left · bound by GET /issues',
    ]);
  });

  test('leaves out what a narrow terminal has no room for, the least telling first', () => {
    expect(drawProgress(all, screen(54)).split('\n')).toEqual([
      '✓ users                 42 rows  100 %',
      '▸ issues            24,000 rows   62 % 3m 10s left',
      '– audit_logs             0 rows unavailable: GET /au…',
      '✗ tasks                999 rows failed: GET /tasks: …',
      '· issue_messages',
      '3 of 5 resources · 25,041 rows · 21 requests',
    ]);
  });

  test.each([1, 2, 5, 10, 20, 33, 60, 80, 200])('never writes beyond a terminal of %i columns', (columns) => {
    const widest = Math.max(
      ...drawProgress(all.slice(0, 4), screen(columns))
        .split('\n')
        .map((line) => line.length),
    );
    expect(widest).toBeLessThanOrEqual(Math.max(columns, '4 of 4 resources'.length));
  });

  test('only counts what is done, then what waits, where the screen is low', () => {
    const drawn = (rows: number) =>
      drawProgress(all, screen(54, rows))
        .split('\n')
        .map((line) => line.slice(0, 12).trim());
    expect(drawn(7)).toEqual([
      '✓ users',
      '▸ issues',
      '– audit_logs',
      '✗ tasks',
      '· issue_mess',
      '3 of 5 resou',
    ]);
    expect(drawn(6)).toEqual([
      '✓ 1 done',
      '▸ issues',
      '– audit_logs',
      '✗ tasks',
      '· 1 waiting',
      '3 of 5 resou',
    ]);
  });

  test('never says 100 % before the end', () => {
    const almost = progress('issues', { state: 'running', covered: 0.9999, startedAt: 0 });
    expect(drawProgress([almost], screen(80))).toContain('99 %');
  });

  test('says nothing it does not know', () => {
    const begun = progress('issues', { state: 'running', startedAt: NOW });
    expect(drawProgress([begun], screen(110)).split('\n')[0]).toBe(
      '▸ issues         0 rows                             0 pages',
    );
  });

  test('colours the marks where colours are wanted', () => {
    const canvas: Canvas = { ...screen(110), paint: (colour, text) => `<${colour}>${text}` };
    expect(
      drawProgress(all, canvas)
        .split('\n')
        .map((line) => line.slice(0, 9)),
    ).toEqual(['<green>✓ ', '<cyan>▸ i', '<yellow>–', '<red>✗ ta', '<dim>· is', '<dim>3 of']);
  });
});
