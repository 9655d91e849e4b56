import { expect } from 'vitest';
import { attentionOf } from '../../src/db/status/attention.ts';
import { readStatus } from '../../src/db/status/status.ts';
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
    expect(attentionOf(status)).toEqual([
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
