import type pg from 'pg';
import { expect } from 'vitest';
import { migrate } from '../../../src/db/schema/migrate.ts';
import { TransientError } from '../../../src/errors.ts';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { beside } from '../../helpers/beside.ts';
import { type TestDatabase, test } from '../../helpers/database.ts';

/** With somebody who has changed an issue in a transaction that is open. */
const withEditor = async (
  database: TestDatabase,
  work: (editor: pg.Client, pid: number) => Promise<void>,
) => {
  await asDaemon(database.pool, "INSERT INTO pylon.issues (id, number) VALUES ('i1', 1), ('i2', 2)");
  await beside(database, 'an editor', async (client) => {
    await client.query("BEGIN; UPDATE pylon.issues SET title = 'Mine' WHERE id = 'i1'");
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    await work(client, rows[0].pid);
  });
};

/** As a version has it whose triggers on a table are others. */
const changed = ({ pool }: TestDatabase, table: string) =>
  pool.query(
    "UPDATE pylon_sync.settings SET value = jsonb_set(value, ARRAY[$1], '\"former\"') WHERE key = 'capture'",
    [`triggers of ${table}`],
  );

test('an upgrade that needs a table in use names who uses it, and keeps nobody else waiting', async ({
  database,
}) => {
  await withEditor(database, async (client, pid) => {
    await changed(database, 'issues');
    const other = await database.pool.connect();
    await other.query("SET lock_timeout = '2s'");
    let isDone = false;
    const writing = (async () => {
      while (!isDone) await other.query("UPDATE pylon.issues SET title = title WHERE id = 'i2'");
    })();
    const failed = await migrate(database.pool, { pausesMs: [20] })
      .catch((error: unknown) => error)
      .finally(() => {
        isDone = true;
      });
    await writing;
    await other.query('RESET lock_timeout');
    other.release();
    expect(failed).toBeInstanceOf(TransientError);
    // The other one may be in its statement as it is asked who uses the table.
    expect((failed as Error).message).toMatch(
      new RegExp(
        `nothing was changed: pylon.issues is used by (process .+, )?process ${pid} \\(\\w+, an editor\\)`,
      ),
    );
    await client.query('COMMIT');
    expect(await migrate(database.pool)).toBe(0);
  });
});

test('an upgrade whose triggers of one table are others waits for nobody who changes another', async ({
  database,
}) => {
  await withEditor(database, async () => {
    await changed(database, 'accounts');
    expect(await migrate(database.pool, { pausesMs: [] })).toBe(0);
    // Nor one that has other functions, and roles that somebody made since.
    await database.pool.query(
      "UPDATE pylon_sync.settings SET value = value - 'functions' WHERE key = 'capture'; DELETE FROM pylon_sync.settings WHERE key IN ('grants', 'views')",
    );
    expect(await migrate(database.pool, { pausesMs: [] })).toBe(0);
  });
});

test('an upgrade waits no longer than two rounds for a table that is not published yet', async ({
  database,
}) => {
  await database.pool.query('ALTER PUBLICATION pylon DROP TABLE pylon.teams');
  await beside(database, 'a vacuum', async (vacuum) => {
    await vacuum.query('BEGIN; LOCK TABLE pylon.teams IN SHARE UPDATE EXCLUSIVE MODE');
    expect(await migrate(database.pool, { pausesMs: [10, 10] })).toBe(0);
  });
  await migrate(database.pool);
  const { rowCount } = await database.pool.query(
    "SELECT FROM pg_publication_tables WHERE pubname = 'pylon' AND tablename = 'teams'",
  );
  expect(rowCount).toBe(1);
});
