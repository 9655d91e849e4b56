import type pg from 'pg';
import { expect } from 'vitest';
import { migrate, missingObjects } from '../../../src/db/schema/migrate.ts';
import { pendingMigrations } from '../../../src/db/schema/pending.ts';
import { createDatabase, test } from '../../helpers/database.ts';
import { poolTo } from '../../helpers/server.ts';

test('an empty database is brought to the present schema, once, by however many processes start at once', async () => {
  const database = await createDatabase({ migrated: false });
  try {
    const pending = await pendingMigrations(database.pool);
    expect(pending).toBeGreaterThan(0);
    const applied = await Promise.all([1, 2, 3].map(() => migrate(database.pool)));
    expect(applied.sort()).toEqual([0, 0, pending]);
    expect(await pendingMigrations(database.pool)).toBe(0);
  } finally {
    await database.drop();
  }
});

test('a migration that fails leaves everything as it was and names the statement', async () => {
  const database = await createDatabase({ migrated: false });
  try {
    await database.pool.query('CREATE SCHEMA pylon; CREATE TABLE pylon.accounts (mine text)');
    await expect(migrate(database.pool)).rejects.toThrow(
      /nothing was changed at: CREATE SCHEMA "pylon".*already exists|nothing was changed at: CREATE SCHEMA "pylon"/,
    );
    const { rows } = await database.pool.query(
      `SELECT to_regclass('pylon_sync.cursors') AS cursors,
              (SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = 'pylon.accounts'::regclass AND attnum > 0) AS theirs`,
    );
    expect(rows).toEqual([{ cursors: null, theirs: ['mine'] }]);
    expect(await missingObjects(database.pool)).toEqual([]);
  } finally {
    await database.drop();
  }
});

test('a database that is ahead of this version is refused', async ({ database }) => {
  await database.pool.query(
    "INSERT INTO pylon_sync.migrations (hash, created_at) VALUES ('later', 4102444800000)",
  );
  await expect(migrate(database.pool)).rejects.toThrow(/does not know \(of 2100-01-01T00:00:00.000Z\)/);
});

test('a database of this version is looked through once, on one connection, and nothing is written to it', async ({
  database: { url },
}) => {
  const asked: string[] = [];
  let connections = 0;
  const pool = poolTo({ connectionString: url });
  pool.on('connect', (client) => {
    connections += 1;
    const query = client.query.bind(client) as (...words: unknown[]) => unknown;
    client.query = ((...words: unknown[]) => {
      const [statement] = words as [string | pg.QueryConfig];
      asked.push(typeof statement === 'string' ? statement : statement.text);
      return query(...words);
    }) as typeof client.query;
  });
  const written = async () => {
    const { rows } = await pool.query('SELECT key, xmin FROM pylon_sync.settings ORDER BY key');
    return rows;
  };
  const before = await written();
  asked.length = 0;
  await migrate(pool);
  expect(asked.filter((statement) => statement.includes('pg_trigger'))).toHaveLength(1);
  expect(connections).toBe(1);
  expect(await written()).toEqual(before);
  await pool.end();
});
