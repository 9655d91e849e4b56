import type pg from 'pg';
import { expect } from 'vitest';
import { migrate, missingObjects } from '../../../src/db/schema/migrate.ts';
import { pendingAfter, pendingMigrations } from '../../../src/db/schema/pending.ts';
import { createDatabase, type TestDatabase, test } from '../../helpers/database.ts';
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

test('indexes of a database of an earlier version become those of this one, whatever its rows hold', async ({
  database: fresh,
}) => {
  const indexesOf = async ({ pool }: TestDatabase) =>
    (
      await pool.query(
        `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition, indisvalid AS valid
           FROM pg_index WHERE indrelid = 'pylon.issues'::regclass ORDER BY 1`,
      )
    ).rows;
  const all = pendingAfter([]);
  const latest = all.findIndex(({ sql }) => sql.some((one) => one.includes('"issues_open_by_account"')));
  const database = await createDatabase({ migrated: false });
  const { pool } = database;
  try {
    for (const { sql, hash, folderMillis } of all.slice(0, latest)) {
      await pool.query(sql.join(';'));
      await pool.query('INSERT INTO pylon_sync.migrations (hash, created_at) VALUES ($1, $2)', [
        hash,
        folderMillis,
      ]);
    }
    await pool.query(
      `INSERT INTO pylon.accounts (id) VALUES ('a1');
       INSERT INTO pylon.issues (id, account_id, custom_fields, team_id, csat_responses, resolution_time, _deleted_at)
       SELECT 'i' || n, (ARRAY['a1', NULL])[1 + n % 2], (ARRAY['{"priority": "high"}', '{"priority": 1}', '[]', NULL])[1 + n % 4]::jsonb,
              CASE WHEN n % 9 = 0 THEN (SELECT string_agg(md5(at::text), '') FROM generate_series(1, 70) AS at) END,
              (ARRAY['[{"score": 4}]', '[]', 'null', NULL, '"text"', jsonb_build_array(jsonb_build_object('comment', repeat('long ', 2000)))]::jsonb[])[1 + n % 6],
              CASE WHEN n % 5 < 3 THEN now() END, CASE WHEN n % 7 = 0 THEN now() END
         FROM generate_series(1, 500) AS n`,
    );
    const names = (await indexesOf(database)).map(({ name }) => name);
    expect(names).toContain('pylon.issues_open_of_account');
    expect(await migrate(pool)).toBe(all.length - latest);
    expect(await indexesOf(database)).toEqual(await indexesOf(fresh));
    const { rows } = await pool.query(
      `SELECT health.open_issues::int AS open, csat_responses::int AS ratings, counted.*
         FROM pylon_bi.account_health AS health,
              (SELECT count(*) FILTER (WHERE resolution_time IS NULL)::int AS expected,
                      sum(CASE jsonb_typeof(csat_responses) WHEN 'array' THEN jsonb_array_length(csat_responses) END)::int AS given
                 FROM pylon.issues WHERE account_id = 'a1' AND _deleted_at IS NULL) AS counted`,
    );
    expect(rows).toMatchObject([{ open: rows[0].expected, ratings: rows[0].given }]);
    expect(rows[0].expected * rows[0].given).toBeGreaterThan(0);
  } finally {
    await database.drop();
  }
});

test('a migration drops indexes last, since that locks their table for readers too', () => {
  // An early one did not, and stays as it is.
  for (const { sql } of pendingAfter([]).slice(8)) {
    const drops = sql.map((statement) => /^\s*DROP INDEX "pylon"/.test(statement));
    expect(drops).toEqual(drops.toSorted());
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
