import { describe, expect } from 'vitest';
import { boundsOf, followingClock, momentNow, steadyNow } from '../../src/pylon/clock.ts';
import { json, test } from './serving.ts';

describe('the clock of another machine', () => {
  const OURS = 1_000_000_000_000;

  test('is ours until it says something', () => {
    expect(followingClock(() => OURS).now()).toBe(OURS);
  });

  test('follows what it says, ahead of us or behind, and moves on with ours', () => {
    let ours = OURS;
    const clock = followingClock(() => ours);
    clock.follow(OURS + 90_000);
    ours += 500;
    expect(clock.now()).toBe(OURS + 90_500);
    clock.follow(OURS - 90_000);
    expect(clock.now()).toBe(OURS - 90_000);
  });

  test('is not moved by less than a second: that is the rounding of what it says', () => {
    let ours = OURS;
    const clock = followingClock(() => ours);
    clock.follow(OURS - 999);
    expect(clock.now()).toBe(OURS);
    clock.follow(OURS + 60_000);
    ours += 999;
    clock.follow(OURS + 60_000);
    expect(clock.now()).toBe(OURS + 60_999);
  });
});

describe('the time at Pylon', () => {
  test('lies between its clock and ours, whichever is ahead', () => {
    const apart = { earliest: 1_000, latest: 9_000, isKnown: true };
    expect(boundsOf(1_000, 9_000)).toEqual({ own: 1_000, ...apart });
    expect(boundsOf(9_000, 1_000)).toEqual({ own: 9_000, ...apart });
  });

  test('is within a day of ours where its clock is not known', () => {
    const day = 86_400_000;
    expect(boundsOf(day, undefined)).toEqual({ own: day, earliest: 0, latest: 2 * day, isKnown: false });
  });

  test('of a moment is no later than the moment, however long the answer took and wherever our clock was set', async () => {
    let own = 5_000;
    const moment = momentNow(() => own);
    own = 90_000;
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { earliest, latest } = moment.bounds(6_000);
    expect(earliest).toBe(5_000);
    expect(latest).toBeLessThanOrEqual(6_000 - 19);
  });
});

test('our own clock is the time of day, and does not go back', () => {
  expect(Math.abs(steadyNow() - Date.now())).toBeLessThan(60_000);
  const first = steadyNow();
  expect(steadyNow()).toBeGreaterThanOrEqual(first);
});

test('the client tells the time of the server, as its answers and refusals date themselves', async ({
  serve,
  connect,
}) => {
  const there = Date.parse('2030-01-01T00:00:00Z');
  const dates = [there, there - 700, Number.NaN, there + 3_600_000];
  const server = await serve((response, _, number) => {
    const date = dates[number - 1] ?? 0;
    response.sendDate = false;
    const header: Record<string, string> = Number.isNaN(date) ? {} : { date: new Date(date).toUTCString() };
    if (number === 4) json(response, { errors: ['not found'] }, 404, header);
    else json(response, {}, 200, header);
  });
  const ours = Date.parse('2026-11-24T12:00:00Z');
  const client = connect(server.url, { now: () => ours, wallClock: () => ours });
  const ask = async () => {
    await client.request({ method: 'GET', route: '/me' }).catch(() => {});
    return client.aheadMs();
  };
  expect([client.aheadMs(), client.time().isKnown]).toEqual([undefined, false]);
  expect(await ask()).toBe(there - ours);
  expect(await ask()).toBe(there - ours);
  expect(await ask()).toBe(there - ours);
  expect(await ask()).toBe(there + 3_600_000 - ours);
  expect(client.time()).toEqual({ own: ours, earliest: ours, latest: there + 3_600_000, isKnown: true });
});
