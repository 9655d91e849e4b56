import { expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { test } from '../helpers/database.ts';

test('a transaction with an edit cannot be prepared, and leaves none; one that only reads can', async ({
  database: { pool },
  skip,
}) => {
  const { rows } = await pool.query("SELECT current_setting('max_prepared_transactions')::integer AS most");
  skip(rows[0].most === 0, 'the server has no room for prepared transactions');
  await asDaemon(pool, "INSERT INTO pylon.issues (id, number, title) VALUES ('i1', 1, 'Before')");
  const client = await pool.connect();
  try {
    await client.query("BEGIN; UPDATE pylon.issues SET title = 'After'");
    await expect(client.query("PREPARE TRANSACTION 'with an edit'")).rejects.toThrow(/NOTIFY/);
    await client.query('BEGIN; SELECT FROM pylon.issues');
    await client.query("PREPARE TRANSACTION 'reading'");
    await client.query("ROLLBACK PREPARED 'reading'");
  } finally {
    client.release();
  }
  expect((await pool.query('SELECT title FROM pylon.issues')).rows).toEqual([{ title: 'Before' }]);
  expect((await pool.query('SELECT FROM pylon_sync.edits')).rowCount).toBe(0);
});
