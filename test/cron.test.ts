import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { shortestPeriod, ticksOf } from '../src/cron.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Zones and the instants at which their local time is set: forward, then back. */
const CHANGES = [
  ['America/New_York', '2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z'],
  ['Europe/Berlin', '2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', '2026-04-04T15:00:00Z'],
] as const;
const NIGHTS = CHANGES.flatMap(([zone, forward, back]) => [
  [zone, 'forward', forward] as const,
  [zone, 'back', back] as const,
]);

function between(cron: string, zone: string, from: number, until: number): readonly number[] {
  const ticks = ticksOf(cron, zone);
  const found: number[] = [];
  for (let at = ticks.next(from); at !== undefined && at <= until; at = ticks.next(at)) found.push(at);
  return found;
}

/** The ticks of the days before and after a change. */
const around = (cron: string, zone: string, change: string, days = 2) =>
  between(cron, zone, Date.parse(change) - days * DAY, Date.parse(change) + days * DAY);

const gaps = (ticks: readonly number[]) =>
  new Set(ticks.slice(1).map((at, index) => at - (ticks[index] ?? 0)));

const localOf = (zone: string) => {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return (at: number) => format.format(at);
};
const iso = (ticks: readonly (number | undefined)[]) =>
  ticks.map((at) => (at === undefined ? at : new Date(at).toISOString().replace('.000', '')));

test('an expression is read once, however often it is asked for', () => {
  const [first, other] = [ticksOf('*/15 * * * *', 'UTC'), ticksOf('*/15 * * * *', 'Europe/Berlin')];
  expect(ticksOf('*/15 * * * *', 'UTC')).toBe(first);
  expect(ticksOf('*/15 * * * *', 'Europe/Berlin')).toBe(other);
  expect(other).not.toBe(first);
});

test('what comes round once a year is found for each of many resources, its zone read through only once', () => {
  const reading = vi.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts');
  onTestFinished(() => reading.mockRestore());
  const ticks = ticksOf('0 0 1 1 *', 'Europe/Berlin');
  const begun = Date.parse('2026-02-01T00:00:00Z');
  const found = (resource: number) => iso([ticks.next(begun + resource * MINUTE)]);
  expect(found(0)).toEqual(['2026-12-31T23:00:00Z']);
  const once = reading.mock.calls.length;
  for (let resource = 1; resource < 36; resource += 1) expect(found(resource)).toEqual(found(0));
  expect(reading.mock.calls.length).toBeLessThan(12 * once);
});

describe('the shortest period', () => {
  test.each([
    ['*/15 * * * *', 'UTC', MINUTE * 15],
    ['0 3,5 * * *', 'UTC', HOUR * 2],
    ['0 3 * * 0', 'Europe/Berlin', DAY * 7 - HOUR],
    ['15 3 1 * *', 'UTC', DAY * 28],
    ['0 0 1 1 *', 'America/New_York', DAY * 365],
    ['0 0 29 2 *', 'UTC', DAY * 1461],
  ])('of %s in %s is found', (cron, zone, period) => {
    expect(shortestPeriod(cron, zone, Date.parse('2026-11-29T12:00:00Z'))).toBe(period);
  });

  test('of what comes round once a year is told by a year, not by fifty', () => {
    const asked = vi.spyOn(Date.prototype, 'getUTCMonth');
    onTestFinished(() => asked.mockRestore());
    expect(shortestPeriod('0 0 2 1 *', 'UTC', Date.parse('2026-11-29T12:00:00Z'))).toBe(DAY * 365);
    // Each day that is looked at.
    expect(asked.mock.calls.length).toBeLessThan(4 * 366);
  });
});

describe('when local time is set', () => {
  test.each(NIGHTS)('in %s %s, what runs by the minute keeps its pace', (zone, _, change) => {
    expect(gaps(around('* * * * *', zone, change, 1 / 8))).toEqual(new Set([MINUTE]));
    expect(gaps(around('*/15 * * * *', zone, change, 1 / 2))).toEqual(new Set([15 * MINUTE]));
    expect(
      gaps(between('*/20 * * * * *', zone, Date.parse(change) - 5 * MINUTE, Date.parse(change) + 5 * MINUTE)),
    ).toEqual(new Set([20_000]));
  });

  test.each(NIGHTS)('in %s %s, what runs once a day runs once that day, too', (zone, _, change) => {
    const local = localOf(zone);
    for (let minute = 0; minute < 5 * 60; minute += 15) {
      const days = around(`${minute % 60} ${Math.floor(minute / 60)} * * *`, zone, change, 3).map((at) =>
        local(at).slice(0, 10),
      );
      expect(days.length).toBeGreaterThanOrEqual(5);
      expect(new Set(days).size, `at minute ${minute}`).toBe(days.length);
      const [first = '', last = ''] = [days[0], days.at(-1)];
      expect(days.length).toBe(1 + (Date.parse(last) - Date.parse(first)) / DAY);
    }
  });

  test('a time that the change leaves out comes at the change, once however many are left out', () => {
    const [, forward] = CHANGES[0];
    const night = (cron: string) =>
      iso(between(cron, 'America/New_York', Date.parse(forward) - 3 * HOUR, Date.parse(forward) + 3 * HOUR));
    expect(night('30 2 * * *')).toEqual(['2026-03-08T07:00:00Z']);
    expect(night('0,30 2 * * *')).toEqual(['2026-03-08T07:00:00Z']);
    expect(night('30 2,3 * * *')).toEqual(['2026-03-08T07:00:00Z', '2026-03-08T07:30:00Z']);
    // Nothing is left out of what runs every hour.
    expect(night('7 * * * *').slice(2, 5)).toEqual([
      ...['2026-03-08T06:07:00Z', '2026-03-08T07:07:00Z', '2026-03-08T08:07:00Z'],
    ]);
    expect(
      iso([ticksOf('15 2 * * *', 'Australia/Lord_Howe').next(Date.parse('2026-10-03T12:00:00Z'))]),
    ).toEqual(['2026-10-03T15:30:00Z']);
  });

  test('of a time that there is twice the first counts, wherever one begins to count', () => {
    const ticks = ticksOf('30 1 * * *', 'America/New_York');
    const [first, second] = ['2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z'].map(Date.parse) as [
      number,
      number,
    ];
    const tomorrow = '2026-11-02T06:30:00Z';
    expect(
      iso([ticks.next(first - 1), ticks.next(first), ticks.next(second - 1), ticks.next(second)]),
    ).toEqual([...['2026-11-01T05:30:00Z', tomorrow, tomorrow, tomorrow]]);
    // Half an hour is repeated there, and what runs in every hour runs in it again.
    const back = Date.parse('2026-04-04T15:00:00Z');
    expect(iso(between('45 * * * *', 'Australia/Lord_Howe', back - HOUR, back + HOUR))).toEqual([
      ...['2026-04-04T14:45:00Z', '2026-04-04T15:15:00Z'],
    ]);
  });
});

describe('the times of an expression', () => {
  test.each([
    ['0 3 * * *', '2026-01-01T00:00:00Z', '2026-01-01T03:00:00Z'],
    ['0 3 * * *', '2026-01-01T03:00:00Z', '2026-01-02T03:00:00Z'],
    ['*/15 8-18 * * 1-5', '2026-01-02T18:45:00Z', '2026-01-05T08:00:00Z'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['30 4 L * *', '2026-02-03T00:00:00Z', '2026-02-28T04:30:00Z'],
    ['0 12 * * 1#2', '2026-01-01T00:00:00Z', '2026-01-12T12:00:00Z'],
    ['10,40 * * * * *', '2026-01-01T00:00:10Z', '2026-01-01T00:00:40Z'],
    ['@hourly', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z'],
  ])('of %s after %s begin with %s', (cron, after, next) => {
    expect(iso([ticksOf(cron, 'UTC').next(Date.parse(after))])).toEqual([next]);
  });

  test('are those of the zone: where a day is left out, what belongs to it comes at the change', () => {
    // The island skipped the 30th of December 2011.
    const ticks = ticksOf('0 3 * * *', 'Pacific/Apia');
    const first = ticks.next(Date.parse('2011-12-29T14:00:00Z'));
    expect(iso([first, ticks.next(first ?? 0)])).toEqual(['2011-12-30T10:00:00Z', '2011-12-30T13:00:00Z']);
  });
});
