import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatInstant } from '../../src/instant.ts';
import { endHolding, grid, nextSecond, startOf } from '../../src/sync/pass/windows.ts';

const DAY = 86_400_000;
const ANCHOR = '2026-11-24T12:00:00Z';

describe('the grid of windows', () => {
  test('goes on in the window that holds an instant, whatever lies between', () => {
    const cells = grid(ANCHOR, 30, undefined);
    const frontier = startOf(cells, cells.anchor);
    const end = endHolding(cells, Date.parse('2020-02-29T08:00:00Z'), frontier);
    const start = startOf(cells, end);
    expect((cells.anchor - end) % (30 * DAY)).toBe(0);
    expect(start <= Date.parse('2020-02-29T08:00:00Z') && Date.parse('2020-02-29T08:00:00Z') < end).toBe(
      true,
    );
  });

  test('holds every instant in exactly one window, the one it begins included', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 7, max: 365 }),
        fc.integer({ min: 1, max: 40 * 365 * 86_400 }),
        (days, secondsBack) => {
          const cells = grid(ANCHOR, days, undefined);
          const frontier = startOf(cells, cells.anchor);
          const instant = frontier - secondsBack * 1000;
          const end = endHolding(cells, instant, frontier);
          const start = startOf(cells, end);
          expect(start).toBeLessThanOrEqual(instant);
          expect(end).toBeGreaterThan(instant);
          expect(end).toBeLessThanOrEqual(frontier);
          expect((cells.anchor - end) % (days * DAY)).toBe(0);
        },
      ),
    );
  });

  test('gives an instant on a boundary to the window it begins', () => {
    const cells = grid(ANCHOR, 30, undefined);
    const boundary = cells.anchor - 90 * DAY;
    expect(startOf(cells, endHolding(cells, boundary, cells.anchor - 30 * DAY))).toBe(boundary);
  });

  test('leads further back even when the instant is the frontier itself', () => {
    const cells = grid(ANCHOR, 30, undefined);
    const frontier = cells.anchor - 60 * DAY;
    expect(endHolding(cells, frontier, frontier)).toBe(frontier);
  });

  test('begins no window before what is asked for, nor before the year 1', () => {
    expect(formatInstant(startOf(grid(ANCHOR, 30, '2026-11-01T00:00:00Z'), Date.parse(ANCHOR)))).toBe(
      '2026-11-01T00:00:00Z',
    );
    const cells = grid(ANCHOR, 365, undefined);
    const first = Date.parse('0001-01-01T00:00:00Z');
    expect(formatInstant(startOf(cells, endHolding(cells, first, cells.anchor)))).toBe(
      '0001-01-01T00:00:00Z',
    );
  });
});

test('the next whole second lies after every instant of the present one', () => {
  expect(nextSecond(1_000)).toBe(2_000);
  expect(nextSecond(1_999)).toBe(2_000);
});
