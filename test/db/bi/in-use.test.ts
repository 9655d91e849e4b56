import { expect } from 'vitest';
import { attentionOf } from '../../../src/db/status/attention.ts';
import { readStatus } from '../../../src/db/status/status.ts';
import { inDaemonTransaction } from '../../helpers/as-daemon.ts';
import { beside } from '../../helpers/beside.ts';
import { test } from '../../helpers/database.ts';
import { columnsOf, define, install } from '../../helpers/fields.ts';

test('an open transaction that has read one view keeps only that one from following, and is named', async ({
  database,
}) => {
  const { pool } = database;
  await define(
    database,
    "('1', 'issue', 'seats', 'number', 'Seats', NULL), ('2', 'account', 'plan', 'text', 'Plan', NULL)",
  );
  await beside(database, 'a notebook', async (reader) => {
    await reader.query("BEGIN; SELECT 'secret' FROM pylon_bi.issues");
    const { rows: own } = await reader.query('SELECT pg_backend_pid() AS pid, session_user AS user');
    const { pid, user } = own[0];

    // Another reader, who would wait behind whoever waits for the first one.
    const other = await pool.connect();
    await other.query("SET lock_timeout = '2s'");
    let isDone = false;
    const reading = (async () => {
      while (!isDone) await other.query('SELECT FROM pylon_bi.issues');
    })();
    const { made, troubles } = await install(database).finally(() => {
      isDone = true;
    });
    await reading;
    await other.query('RESET lock_timeout');
    other.release();

    expect(made).toEqual(['pylon_bi.accounts']);
    expect(await columnsOf(database, 'accounts')).toContain('cf_plan');
    expect(await columnsOf(database, 'issues')).not.toContain('cf_seats');
    const blocker = { pid, user, application: 'a notebook' };
    // The other reader may be met at the same moment.
    expect(troubles).toMatchObject([
      { relation: 'pylon_bi.issues', blockers: expect.arrayContaining([blocker]) },
    ]);
    const waiting = () =>
      inDaemonTransaction(pool, async (orm) =>
        attentionOf(await readStatus({ orm } as never, [], new Map())),
      );
    const said = JSON.stringify(await waiting());
    expect(said).toContain('pylon_bi.issues keeps its former form: it is in use by process');
    expect(said).toContain(`${pid} (${user}, a notebook)`);
    expect(said).not.toContain('secret');

    await reader.query('COMMIT');
    expect(await install(database)).toMatchObject({ made: ['pylon_bi.issues'], troubles: [], isNews: true });
    expect(await columnsOf(database, 'issues')).toContain('cf_seats');
    expect(await waiting()).toEqual([]);
  });
});

test('a view that is read for a moment follows within the same round', async ({ database }) => {
  await define(database, "('1', 'issue', 'seats', 'number', 'Seats', NULL)");
  const reader = await database.pool.connect();
  await reader.query('BEGIN; SELECT FROM pylon_bi.issues');
  const ending = database.pool
    .query(
      `DO $$ BEGIN
         WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'pylon_bi.issues'::regclass) LOOP
           PERFORM pg_sleep(0.005);
         END LOOP; END $$`,
    )
    .then(() => reader.query('COMMIT'));
  expect(await install(database, { pausesMs: [10, 10, 10] })).toMatchObject({
    made: ['pylon_bi.issues'],
    troubles: [],
  });
  await ending;
  reader.release();
});
