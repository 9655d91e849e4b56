import { expect } from 'vitest';
import { quarantineEdits } from '../../src/db/edits/identity.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { editsIn } from '../helpers/edits.ts';
import { test } from '../helpers/leased-database.ts';

test('no edit of a database that was restored keeps the number of its transaction, which is another one there', async ({
  mirror,
  database,
}) => {
  await quarantineEdits(mirror, mirror.lease);
  await asDaemon(database.pool, "INSERT INTO pylon.issues (id, title, _hash) VALUES ('i1', 'One', 'h')");
  await database.pool.query("UPDATE pylon.issues SET title = 'Two'");
  await database.pool.query("UPDATE pylon.issues SET title = 'Three'");
  await database.pool.query("UPDATE pylon_sync.edits SET state = 'failed' WHERE id = 2");
  const { rows } = await database.pool.query('SELECT txid FROM pylon_sync.edits ORDER BY id');
  await asDaemon(
    database.pool,
    "UPDATE pylon_sync.settings SET value = '\"of another server\"' WHERE key = 'identity'",
  );
  expect(await quarantineEdits(mirror, mirror.lease)).toBe(1);
  for (const { txid } of rows) {
    await database.pool.query('SELECT pylon_sync.approve_edits(txid => $1)', [txid]);
    await database.pool.query('SELECT pylon_sync.retry_edits(txid => $1)', [txid]);
  }
  expect(await editsIn(database)).toMatchObject([
    { state: 'draft', txid: null },
    { state: 'failed', txid: null },
  ]);
  // By themselves they go.
  await database.pool.query('SELECT pylon_sync.approve_edit(1)');
  expect(await editsIn(database)).toMatchObject([{ state: 'pending' }, { state: 'failed' }]);
});
