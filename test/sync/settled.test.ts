import { describe, expect, test } from 'vitest';
import { boundsOf } from '../../src/pylon/clock.ts';
import { markOf } from '../../src/sync/enumerate/settled.ts';

const AT = 1_795_800_000;
const DUE = { id: 'a', mark: `${AT - 60} ${AT}`, before: null, created_at: null };
const AGAIN = { ...DUE, before: `${DUE.mark} ?` };
/** Clocks that said this many seconds after the mark. */
const clocks = (own: number, pylon: number | undefined) =>
  boundsOf((AT + own) * 1_000, pylon === undefined ? undefined : (AT + pylon) * 1_000);

describe('a listing is settled at its mark', () => {
  test.each([
    ['once both clocks are two seconds past it', 2, 2],
    ['where it lies a minute ahead of both', -61, -61],
    ['a day later, where Pylon says no time', 86_402, undefined],
  ])('%s', (_, own, pylon) => {
    expect(markOf(DUE, clocks(own, pylon))).toBe(DUE.mark);
  });

  test.each([
    ['while its second lasts', 0, 0],
    ['while one of the clocks is not past it, Pylon’s', 500, 1],
    ['while one of the clocks is not past it, ours', 1, 500],
    ['where it lies ahead of one clock alone', -3_600, 0],
    ['within a day, where Pylon says no time', 80_000, undefined],
  ])('but not %s', (_, own, pylon) => {
    expect(markOf(DUE, clocks(own, pylon))).toBe(`${DUE.mark} ?`);
  });

  test.each([
    ['clocks disagree', 1, 500, true],
    ['Pylon says no time', 1, undefined, true],
    ['clocks agree that its second lasts', 1, 1, false],
  ])('at the second reading where %s', (_, own, pylon, isSettled) => {
    expect(markOf(AGAIN, clocks(own, pylon)) === DUE.mark).toBe(isSettled);
  });

  test('that has no time', () => {
    expect(markOf({ ...DUE, mark: 'x' }, clocks(0, 0))).toBe('x');
    expect(markOf({ ...DUE, mark: '' }, clocks(0, 0))).toBe('');
  });
});
