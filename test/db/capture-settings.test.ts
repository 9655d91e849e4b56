import type pg from 'pg';
import { expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { test } from '../helpers/database.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';
import { withMeanings } from '../helpers/hostile.ts';
import { poolTo } from '../helpers/server.ts';

/** What one person does to their rows, and what of it is queued. */
async function edit(pool: pg.Pool, who: string): Promise<readonly unknown[]> {
  await pool.query(`UPDATE pylon.issues SET title = 'Mine', tags = ARRAY['a', 'b c'] WHERE id = '${who}1'`);
  await pool.query(`DELETE FROM pylon.issues WHERE id = '${who}2'`);
  await pool.query(`
    INSERT INTO pylon.issues (id, title, body_html, requester_email, created_at)
    VALUES ('local-${who}3', 'New', '<p>New</p>', 'a@b.example', '2026-03-04T05:06:07.089Z')`);
  const { rows } = await pool.query(
    `SELECT operation, changes, base - '{id,_hash,_order,_synced_at}'::text[] AS base FROM pylon_sync.edits
      WHERE record_id ~ '${who}[0-9]$' ORDER BY edits.id`,
  );
  return rows;
}

test('what a session has set changes nothing of the edits that are queued', async ({ database }) => {
  await allowOperations(database, 'update', 'create', 'delete');
  await database.pool.query('CREATE SCHEMA hostile');
  await asDaemon(
    database.pool,
    `INSERT INTO pylon.issues (id, title, tags, created_at, updated_at, _hash)
     SELECT who || n, 'One', '{x}', '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05Z', 'h'
       FROM unnest('{p,h}'::text[]) AS who, generate_series(1, 2) AS n`,
  );
  const plain = await edit(database.pool, 'p');
  const pool = poolTo({ connectionString: withMeanings(database.url), max: 1 });
  try {
    expect(plain).toHaveLength(3);
    expect(await edit(pool, 'h')).toEqual(plain);
  } finally {
    await pool.end();
  }
});
