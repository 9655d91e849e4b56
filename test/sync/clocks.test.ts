import { describe, expect } from 'vitest';
import { attentionOf } from '../../src/db/status/attention.ts';
import { readStatus } from '../../src/db/status/status.ts';
import { createLog } from '../../src/log.ts';
import { newClockWatch } from '../../src/sync/daemon/clock-watch.ts';
import { NOW } from '../helpers/backfill-workspace.ts';
import { askew, dateless } from '../helpers/dates.ts';
import { editsIn, push, statesIn } from '../helpers/edits.ts';
import { ALL, allowAll, createdObjects, createRequests, insert, pushUntil } from '../helpers/inserts.ts';
import { test } from '../helpers/session.ts';

test('a first reading asks once for the children of each record, where Pylon says no time', async ({
  mirror,
}) => {
  const { sandbox } = await mirror({}, { client: { fetch: dateless } });
  const asked = new Map<string, number>();
  for (const { method, path } of sandbox.requests)
    if (method === 'GET' && /^\/issues\/[^/]+\/messages$/.test(path))
      asked.set(path, (asked.get(path) ?? 0) + 1);
  const old = [...sandbox.world.all('issues')].filter(
    ({ object }) =>
      typeof object.id === 'string' &&
      [object.updated_at, object.latest_message_time, object.created_at].every(
        (at) => typeof at !== 'string' || Date.parse(at) < NOW - 2 * 86_400_000,
      ),
  );
  expect(old.length).toBeGreaterThan(10);
  const times = old.map(({ object }) => asked.get(`/issues/${object.id}/messages`));
  expect(times.filter((count) => count !== 1)).toEqual([]);
});

describe('behind a proxy whose clock is seven minutes ahead', () => {
  const ahead = { client: { fetch: askew(420) } };

  test('a create whose answer was lost is found, and never a second one made', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 6 }, ahead);
    await allowAll(mirrored);
    await insert(database, 'issues');
    mirrored.sandbox.faults.add({ endpoint: 'POST /issues', kind: 'lost-answer' });
    await push(mirrored, ALL);
    expect(await statesIn(database)).toEqual(['pending']);
    await pushUntil(mirrored, database, 'applied');
    expect([createdObjects(mirrored, 'issues').length, createRequests(mirrored, 'issues').length]).toEqual([
      1, 1,
    ]);
  });

  test('a note whose answer was lost is found', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 6 }, ahead);
    const messages = { allow: ['message'] } as const;
    await push(mirrored, messages);
    const issue = [...mirrored.sandbox.world.all('issues')][2];
    await database.pool.query('SELECT pylon.add_note($1, $2)', [issue?.object.id, '<p>Once</p>']);
    mirrored.sandbox.faults.add({ endpoint: 'POST /issues/{id}/note', kind: 'lost-answer' });
    await push(mirrored, messages);
    await expect
      .poll(async () => {
        await push(mirrored, messages);
        return (await editsIn(database)).map(({ state, error }) => `${state} ${error ?? ''}`);
      })
      .toEqual([expect.stringMatching(/^applied/)]);
  });

  test('that is told in the log and named in the status, until it is over', async ({ mirror }) => {
    const { session } = await mirror({ issues: 0 }, { ...ahead, isRead: false });
    const { ctx } = session;
    expect((ctx.pylon.aheadMs() ?? 0) / 1_000).toBeGreaterThan(415);
    const lines: Record<string, unknown>[] = [];
    const log = createLog({
      ...{ level: 'info', format: 'json', colour: false, conceal: (line) => line },
      write: (line) => lines.push(JSON.parse(line)),
    });
    let apart = 420_000;
    const pylon = { ...ctx.pylon, aheadMs: () => apart };
    const look = newClockWatch({ ...ctx, log, pylon }, 300);
    const named = async () => attentionOf(await readStatus(ctx.db, [])).map(({ what }) => what);
    await look();
    await look();
    expect(lines).toMatchObject([
      {
        level: 'warn',
        aheadSeconds: 420,
        msg: "Pylon's clock and this machine's differ: one of them is wrong",
      },
    ]);
    expect(await named()).toEqual([expect.stringMatching(/^Pylon's clock is 7m 00s ahead of the daemon's/)]);
    apart = 220_000;
    await look();
    await look();
    expect(lines.slice(1)).toMatchObject([
      { level: 'info', aheadSeconds: 220, msg: "Pylon's clock and this machine's agree again" },
    ]);
    expect(await named()).toEqual([]);
    apart = -480_000;
    await look();
    expect(await named()).toEqual([expect.stringMatching(/^Pylon's clock is 8m 00s behind the daemon's/)]);
  });
});
