import { expect } from 'vitest';
import { differing, readContents } from './contents.ts';
import { createDatabase, reserveDatabase, test } from './database.ts';
import { lend } from './lent.ts';

/** Rows in an order that no key has, with values that texts of rows may lose. */
const ROWS = `
  SET pylon_sync.daemon = on;
  INSERT INTO pylon.tags (id, value, _extra) VALUES ('b', E'tab\\t, new line\\n and \\\\N', 'null'), ('a', NULL, '{"n": 1.10}'), ('c', '', NULL);
  INSERT INTO pylon_sync.runs (resource, kind, token) VALUES ('tags', 'lists', 1);
  UPDATE pylon.tags SET value = 'later' WHERE id = 'c'`;
const HELD = `SELECT (SELECT json_agg(t::text) FROM pylon.tags AS t) AS tags,
  (SELECT json_agg(r::text) FROM pylon_sync.runs AS r) AS runs, nextval('pylon_sync.runs_id_seq') AS next`;

test('a database that was used holds the rows of another one, in their order, and its numbers go on from there', async ({
  database: { pool },
}) => {
  await pool.query(ROWS);
  const client = await pool.connect();
  const contents = await readContents(client);
  client.release();
  const { rows: before } = await pool.query(HELD);

  const used = await createDatabase();
  await used.pool.query("INSERT INTO pylon_sync.runs (resource, kind, token) VALUES ('users', 'lists', 1)");
  await used.drop();
  const again = reserveDatabase();
  await again.copy({ name: 'of no use', contents });
  expect(again.url).toBe(used.url);
  expect((await again.pool.query(HELD)).rows).toEqual(before);
  await again.drop();

  // Nothing of that counts as written: what the next one finds is migrated and empty.
  const next = await createDatabase();
  expect(next.url).toBe(used.url);
  const read = await next.pool.connect();
  expect(differing(await readContents(read), contents)).toEqual(['pylon.tags', 'pylon_sync.runs']);
  read.release();
  await next.drop();
});

test('a database is not brought to the rows of one whose objects are others', async ({
  database: { pool },
}) => {
  const client = await pool.connect();
  const contents = { ...(await readContents(client)), form: 'another one' };
  client.release();
  const used = await createDatabase();
  await used.drop();
  const other = reserveDatabase();
  const { rows } = await pool.query('SELECT current_database() AS name');
  await expect(other.copy({ name: `${rows[0].name}_of_nobody`, contents })).rejects.toThrow('does not exist');
  await other.drop();

  // Nor where its address was asked for before anybody knew of which rows.
  const early = reserveDatabase();
  expect(early.url).toBe(used.url);
  await expect(early.copy({ name: 'of no use', contents })).rejects.toThrow(
    'has other objects than of no use',
  );
  await early.drop();
  const expected = reserveDatabase();
  expected.expectCopy();
  expect(expected.url).not.toBe(used.url);
  await expected.drop();
});

test('connections that lie idle when they are closed are given to whoever opens some next, and to nobody before', async ({
  database,
}) => {
  const pidOf = async ({ orm }: Awaited<ReturnType<typeof lend>>) =>
    (await orm.execute('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
  const first = await lend(database.url);
  const pid = await pidOf(first);
  const beside = await lend(database.url);
  expect(await pidOf(beside)).not.toBe(pid);
  await beside.close();
  await first.close();
  const second = await lend(database.url);
  expect(await pidOf(second)).toBe(pid);
  // Whoever had them before writes nothing into the database of another test.
  await expect(pidOf(first)).rejects.toMatchObject({ cause: { message: 'these connections were closed' } });
  const client = await second.pool.connect();
  const closed = second.close();
  client.release();
  await closed;
  const third = await lend(database.url);
  // Those that somebody was at work on are closed.
  expect(await pidOf(third)).not.toBe(pid);
  await third.close();
});
