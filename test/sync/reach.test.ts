import { describe, expect } from 'vitest';
import { readReach } from '../../src/db/workspace/reach.ts';
import type { ReachState } from '../../src/pylon/types.ts';
import { noteReach, reachOf } from '../../src/sync/session/reach.ts';
import { test } from '../helpers/session.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const silent = (seconds: number, ...asked: readonly string[]): ReachState => ({
  ...{ answers: false, silentSince: NOW - seconds * 1_000, asked: new Set(asked) },
  last: { endpoint: asked.at(-1) ?? '', status: 503 },
});
const DOWN = { down_since: '2026-03-01T11:59:50.000Z', last: 'GET /me: 503' };
const UP = { down_since: null, last: null };

describe('what is noted of Pylon', () => {
  test('is nothing before it was asked, nor while it is silent for a moment', () => {
    const unknown = { answers: undefined, silentSince: undefined, last: undefined, asked: new Set<string>() };
    expect(reachOf(unknown, undefined, NOW)).toBeUndefined();
    expect(reachOf(silent(9, 'GET /issues', 'GET /me'), UP, NOW)).toBeUndefined();
  });

  test('is an outage once the request that everybody may make is not answered either', () => {
    expect(reachOf(silent(10, 'GET /issues', 'POST /tasks/search'), UP, NOW)).toBe('ask');
    expect(reachOf(silent(10, 'GET /issues', 'GET /me'), UP, NOW)).toEqual(DOWN);
  });

  test('keeps when an outage began, whichever process saw that, until something is answered', () => {
    const earlier = { ...DOWN, down_since: '2026-02-28T00:00:00.000Z' };
    expect(reachOf(silent(10, 'GET /me'), earlier, NOW)).toEqual(earlier);
    const answered = { answers: true, silentSince: undefined, last: undefined, asked: new Set<string>() };
    expect(reachOf(answered, earlier, NOW)).toEqual(UP);
  });

  test('stands in the database for whoever looks: one endpoint that fails is no outage, all of them are', async ({
    mirror,
  }) => {
    const { session, sandbox } = await mirror({}, { isRead: false });
    const { ctx } = session;
    let aheadMs = 0;
    const stop = noteReach(ctx, { now: () => Date.now() + aheadMs, everyMs: 20 });
    const noted = () => readReach(ctx.db.orm);
    await expect.poll(noted).toEqual(UP);

    sandbox.faults.add({ endpoint: 'POST /issues/search', kind: '500', times: 3 });
    await ctx.pylon.request({ method: 'POST', route: '/issues/search', body: {} }).catch(() => {});
    aheadMs = 60_000;
    await expect.poll(() => ctx.pylon.reach().answers).toBe(true);
    expect(await noted()).toEqual(UP);

    sandbox.faults.add({ endpoint: '*', kind: '500', times: 1_000 });
    await ctx.pylon.request({ method: 'POST', route: '/issues/search', body: {} }).catch(() => {});
    await expect
      .poll(noted)
      .toMatchObject({ down_since: expect.any(String), last: expect.stringMatching(/: 500$/) });

    sandbox.faults.clear();
    await expect.poll(noted).toEqual(UP);
    await stop();
  });
});
