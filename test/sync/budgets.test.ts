import { expect } from 'vitest';
import { attentionOf } from '../../src/db/status/attention.ts';
import { readStatus } from '../../src/db/status/status.ts';
import { documentedLimits } from '../../src/pylon/limits/limits.ts';
import { resourceNamed } from '../../src/resources/index.ts';
import { noteBudgets } from '../../src/sync/session/budgets.ts';
import { test } from '../helpers/session.ts';

test.for(['86400', '1e300', '8640000000001000', '99999999999'])(
  'a 429 that asks to wait for %s is noted with a time that can be shown, and named',
  async (retryAfter, { mirror }) => {
    const stop = new AbortController();
    const mirrored = await mirror(
      { issues: 0 },
      { isRead: false, signal: stop.signal, resources: [resourceNamed('tags')] },
    );
    const { ctx } = mirrored.session;
    mirrored.sandbox.faults.add({ endpoint: 'GET /tags', kind: '429', retryAfter, times: 9 });
    const asked = ctx.pylon.request({ method: 'GET', route: '/tags', signal: stop.signal });
    const ended = asked.catch((error: Error) => error.message);
    await expect.poll(() => ctx.pylon.uses().some(({ pausedUntil }) => pausedUntil > 0)).toBe(true);
    const stopNoting = noteBudgets(ctx);
    await stopNoting();
    const status = await readStatus(ctx.db, [resourceNamed('tags')]);
    const noted = status.budgets.find(({ endpoint }) => endpoint === 'GET /tags');
    const days = (Date.parse(noted?.paused_until ?? '') - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(0.9);
    expect(days).toBeLessThanOrEqual(366);
    expect(attentionOf(status)).toMatchObject([
      {
        kind: 'paused',
        what: expect.stringMatching(
          /^Pylon answers GET \/tags with 429 and asks to wait until \d{4}-\d\d-\d\dT[\d:]+Z: it is asked again every ten minutes$/,
        ),
        command: null,
      },
    ]);
    stop.abort(new Error('enough'));
    expect(await ended).toBe('enough');
  },
);

test('what was asked is noted once it was, and nothing is written while nothing is asked', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror(
    { issues: 0 },
    { isRead: false, resources: [resourceNamed('tags')], client: { limits: documentedLimits('current') } },
  );
  const { ctx } = mirrored.session;
  const noted = async () => {
    const { rows } = await database.pool.query<{ endpoint: string; asked: number; version: string }>(
      `SELECT endpoint, jsonb_array_length(to_jsonb(answered_at)) AS asked, xmin::text AS version
         FROM pylon_sync.budgets WHERE endpoint IN ('GET /tags', 'GET /teams') ORDER BY endpoint`,
    );
    return rows;
  };
  const ask = (route: string) => ctx.pylon.request({ method: 'GET', route });
  const stop = noteBudgets(ctx, { everyMs: 5 });
  try {
    await ask('/tags');
    await ask('/teams');
    await expect.poll(async () => (await noted()).map(({ asked }) => asked)).toEqual([1, 1]);
    const before = await noted();
    await ask('/tags');
    await expect.poll(async () => (await noted())[0]?.asked).toBe(2);
    // Twenty times as long as it takes: that of which nothing is new stands as it was written.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await noted())[1]?.version).toBe(before[1]?.version);
    const quiet = await noted();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await noted()).toEqual(quiet);
  } finally {
    await stop();
  }
});
