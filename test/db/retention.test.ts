import { describe, expect } from 'vitest';
import { forgetOld } from '../../src/db/retention.ts';
import { resources } from '../../src/resources/index.ts';
import { issues } from '../../src/resources/issues.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { test } from '../helpers/leased-database.ts';

describe('what is older than is to be kept', () => {
  test('edits that were settled so long ago are forgotten, whatever became of them; the others stay', async ({
    mirror,
  }) => {
    await mirror.pool.query(`
      INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, created_at, settled_at)
      SELECT 'issues', 'i' || n, 'update', '{}', '{}', state, 'anna', 1, now() - interval '200 days', now() - settled
        FROM (VALUES (1, 'applied', interval '31 days'), (2, 'failed', '31 days'), (3, 'discarded', '31 days'),
                     (4, 'applied', '29 days'), (5, 'pending', NULL), (6, 'conflict', NULL)) AS edit(n, state, settled)`);
    expect(await forgetOld(mirror, mirror.lease, resources, 30)).toMatchObject({ edits: 3 });
    const left = await mirror.rows('SELECT record_id FROM pylon_sync.edits ORDER BY 1');
    expect(left.map(({ record_id }) => record_id)).toEqual(['i4', 'i5', 'i6']);
  });

  test('more than fits one transaction is forgotten in several', async ({ mirror }) => {
    await mirror.pool.query(`
      INSERT INTO pylon_sync.rejected_records (resource, record_id, payload, reason, digest, seen_at)
      SELECT 'issues', 'i' || n, '{"secret": true}', 'no id', n::text, now() - (n - 0.5) * interval '1 day'
        FROM generate_series(1, 2500) AS n`);
    expect(await forgetOld(mirror, mirror.lease, resources, 30)).toEqual({
      edits: 0,
      rejected: 2470,
      changes: 0,
      rows: 0,
    });
    const [left] = await mirror.rows('SELECT count(*)::integer AS count FROM pylon_sync.rejected_records');
    expect(left).toEqual({ count: 30 });
  });

  test('a row whose record was deleted so long ago is emptied, and goes on saying that it was', async ({
    mirror,
  }) => {
    await mirror.store(issues, [
      {
        id: 'old',
        number: 1,
        title: 'Private',
        body_html: '<p>Private</p>',
        unheard_of: 'private',
        tags: ['private'],
      },
      { id: 'new', number: 2, title: 'Private' },
      { id: 'live', number: 3, title: 'Private' },
    ]);
    await asDaemon(
      mirror.pool,
      `UPDATE pylon.issues SET _deleted_at = now() - interval '31 days', _synced_at = '2026-01-01' WHERE id = 'old';
       UPDATE pylon.issues SET _deleted_at = now() - interval '29 days' WHERE id = 'new'`,
    );
    expect(await forgetOld(mirror, mirror.lease, resources, 30)).toMatchObject({ rows: 1 });
    const rows = await mirror.rows<{ row: Record<string, unknown> }>(
      'SELECT to_jsonb(i) AS row FROM pylon.issues AS i ORDER BY id DESC',
    );
    const [old, fresh, live] = rows.map(({ row }) => row);
    expect(JSON.stringify(old).toLowerCase()).not.toContain('private');
    expect(
      Object.entries(old ?? {}).filter(([name, value]) => value !== null && !name.startsWith('_')),
    ).toEqual([['id', 'old']]);
    expect(old?._deleted_at).not.toBeNull();
    // Who copies what changed since their last look erases it too.
    expect(old?._synced_at).not.toMatch(/^2026-01-01/);
    expect([fresh?.title, live?.title]).toEqual(['Private', 'Private']);
    // There is nothing left to do, and no row is written again.
    expect(await forgetOld(mirror, mirror.lease, resources, 30)).toMatchObject({ rows: 0 });
  });

  test('a record that comes back after all is there again as a whole', async ({ mirror }) => {
    const object = { id: 'i1', number: 1, title: 'Back' };
    await mirror.store(issues, [object]);
    await asDaemon(mirror.pool, "UPDATE pylon.issues SET _deleted_at = now() - interval '31 days'");
    await forgetOld(mirror, mirror.lease, resources, 30);
    await mirror.store(issues, [object]);
    expect(await mirror.rows('SELECT title, _deleted_at FROM pylon.issues')).toEqual([
      { title: 'Back', _deleted_at: null },
    ]);
  });

  test('a row that somebody holds is left for the next time', async ({ mirror, locks }) => {
    await mirror.store(issues, [{ id: 'i1', number: 1, title: 'Private' }]);
    await asDaemon(mirror.pool, "UPDATE pylon.issues SET _deleted_at = now() - interval '31 days'");
    const lock = await locks.row('pylon.issues', 'i1');
    expect(await forgetOld(mirror, mirror.lease, resources, 30)).toMatchObject({ rows: 0 });
    await lock.release();
    expect(await forgetOld(mirror, mirror.lease, resources, 30)).toMatchObject({ rows: 1 });
  });
});
