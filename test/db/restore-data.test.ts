import pg from 'pg';
import { expect } from 'vitest';
import { type TestDatabase, test } from '../helpers/database.ts';
import { editsIn } from '../helpers/edits.ts';

/** Restores a row as psql does with what pg_dump --data-only made. */
async function restore({ url }: TestDatabase, options: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, options });
  await client.connect();
  try {
    await client.query("INSERT INTO pylon.accounts (id, name, _hash, _order) VALUES ('a1', 'Acme', 'h', 7)");
  } finally {
    await client.end();
  }
}

test('a restore of data alone is refused as an edit, and taken with the mark of the daemon', async ({
  database,
}) => {
  await expect(restore(database, '')).rejects.toThrow('edits of the kind "create" are not allowed here');
  await restore(database, '-c pylon_sync.daemon=on');
  expect((await database.pool.query('SELECT id, _order::int FROM pylon.accounts')).rows).toEqual([
    { id: 'a1', _order: 7 },
  ]);
  expect(await editsIn(database)).toEqual([]);
});
