import { describe, expect } from 'vitest';
import { attentionOf } from '../../src/db/status/attention.ts';
import { readStatus } from '../../src/db/status/status.ts';
import { issues } from '../../src/resources/issues.ts';
import { type Mirror, test } from '../helpers/leased-database.ts';

const rejected = (mirror: Mirror) =>
  mirror.rows(
    "SELECT record_id, payload FROM pylon_sync.rejected_records ORDER BY record_id, payload->>'title'",
  );

/** What of rejected records needs a person. */
const shown = async (mirror: Mirror) =>
  attentionOf(await readStatus(mirror, [issues]))
    .filter(({ kind }) => kind === 'rejected')
    .map(({ what }) => what);

describe('a record that cannot be stored', () => {
  test('is kept once while it ticks, as it was last sent', async ({ mirror }) => {
    await mirror.pool.query("ALTER TABLE pylon.issues ADD CHECK (title <> 'bad')");
    for (const active_time_seconds of [1, 2, 3])
      await mirror.store(issues, [{ id: 'i', title: 'bad', active_time_seconds }]);
    expect(await rejected(mirror)).toEqual([
      { record_id: 'i', payload: { id: 'i', title: 'bad', active_time_seconds: 3 } },
    ]);
  });

  test('is kept once while it ticks without an id too, and beside others', async ({ mirror }) => {
    for (const active_time_seconds of [1, 2])
      await mirror.store(issues, [
        { title: 'x', active_time_seconds },
        { title: 'y', active_time_seconds },
      ]);
    expect((await rejected(mirror)).map(({ payload }) => payload)).toEqual([
      { title: 'x', active_time_seconds: 2 },
      { title: 'y', active_time_seconds: 2 },
    ]);
  });

  test('needs a person until it is stored', async ({ mirror }) => {
    expect(await shown(mirror)).toEqual([]);
    await mirror.pool.query("ALTER TABLE pylon.issues ADD CHECK (title <> 'bad')");
    await mirror.store(issues, [{ id: 'i', title: 'bad' }]);
    expect(await shown(mirror)).toEqual([
      "issues: 1 record of Pylon's cannot be stored here. Which, and why:",
    ]);
    await mirror.store(issues, [{ id: 'i', title: 'good' }]);
    expect(await shown(mirror)).toEqual([]);
    expect(await rejected(mirror)).toHaveLength(1);
  });

  test('needs nobody any more once a complete reading has not met it', async ({ mirror }) => {
    await mirror.store(issues, [{ title: 'no id' }]);
    const run = (started: string) =>
      mirror.pool.query(
        `INSERT INTO pylon_sync.runs (resource, kind, outcome, started_at, finished_at, token)
         VALUES ('issues', 'reconcile', 'done', now() + $1::interval, now() + $1::interval, 1)`,
        [started],
      );
    await run('-1 hour');
    expect(await shown(mirror)).toHaveLength(1);
    await run('1 hour');
    expect(await shown(mirror)).toEqual([]);
  });
});

test('the days of audits are those of UTC, wherever the reader is', async ({ mirror }) => {
  await mirror.pool.query(`
    INSERT INTO pylon_sync.audits (resource, day, sampled, differed, drifted)
    SELECT 'issues', (now() AT TIME ZONE 'UTC')::date - ago, sampled, 0, 0 FROM (VALUES (6, 1), (7, 10)) AS given(ago, sampled)`);
  // One of them is in another day than UTC, whatever the hour.
  for (const zone of ['Etc/GMT-14', 'Etc/GMT+12']) {
    const client = await mirror.pool.connect();
    try {
      await client.query(`SET TIME ZONE '${zone}'`);
      const view = "SELECT audited_rows::integer AS rows FROM pylon_bi.freshness WHERE resource = 'issues'";
      expect((await client.query(view)).rows, zone).toEqual([{ rows: 1 }]);
    } finally {
      client.release(true);
    }
  }
  expect((await readStatus(mirror, [issues])).resources[0]?.drift.audit.sampled).toBe(1);
});
