import { expect } from 'vitest';
import { sharingRoles } from '../../src/db/capture/roles.ts';
import { attentionOf } from '../../src/db/status/attention.ts';
import { changedCollations, collationInWords } from '../../src/db/status/collation.ts';
import { readStatus } from '../../src/db/status/status.ts';
import { inDaemonTransaction } from '../helpers/as-daemon.ts';
import { createDatabase, test } from '../helpers/database.ts';

test('a collation whose version has changed beneath the indexes is named, with the way to mend it', async ({
  database,
}) => {
  const { pool } = database;
  const { rows } = await pool.query(
    "SELECT current_database() AS name, current_setting('server_version_num')::int AS version",
  );
  const { name, version } = rows[0];
  expect(await inDaemonTransaction(pool, changedCollations)).toEqual([]);
  // One that an index names: of the ICU library, which has a version wherever it is built in.
  await pool.query(`
    CREATE COLLATION public.names (provider = icu, locale = 'de');
    CREATE INDEX by_name ON pylon.accounts (name COLLATE public.names);
    UPDATE pg_collation SET collversion = '1.former' WHERE collname = 'names'`);
  if (version >= 150_000)
    await pool.query("UPDATE pg_database SET datcollversion = '2.former' WHERE datname = $1", [name]);
  const found = await inDaemonTransaction(pool, changedCollations);
  const collation = { name: 'public.names', recorded: '1.former', actual: expect.any(String) };
  expect(found).toMatchObject([
    ...(version >= 150_000 ? [{ name: null, recorded: '2.former' }] : []),
    collation,
  ]);
  const said = await inDaemonTransaction(pool, async (orm) =>
    attentionOf(await readStatus({ orm } as never, [], new Map())),
  );
  expect(said.map(({ kind, what }) => [kind, what])).toEqual(
    found.map((one) => ['collation', collationInWords(one)]),
  );
  expect(said.at(-1)?.command).toBe(
    `REINDEX DATABASE "${name}"; ALTER COLLATION public.names REFRESH VERSION;`,
  );
  await pool.query('ALTER COLLATION public.names REFRESH VERSION');
  expect((await inDaemonTransaction(pool, changedCollations)).filter((one) => one.name !== null)).toEqual([]);
});

test('the roles are known to be those of other mirrors of the server too', async ({ database }) => {
  const other = await createDatabase();
  const empty = await createDatabase({ migrated: false });
  try {
    const sharing = await sharingRoles(database.pool);
    expect(sharing).toContain(other.name);
    expect(sharing).not.toContain(empty.name);
    expect(sharing).not.toContain(new URL(database.url).pathname.slice(1));
  } finally {
    await empty.drop();
    await other.drop();
  }
});
