import { sql } from 'drizzle-orm';
import { expect } from 'vitest';
import { writingOnceUnlocked } from '../../src/db/lease/writing-once-unlocked.ts';
import { test } from '../helpers/leased-database.ts';

const RENAME = 'UPDATE public.pairs SET value = $2 WHERE id = $1';
/** Of this database: there may be others of the server. */
const WAITING =
  "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

test('a person is never the one who gives way where a settlement and a statement wait for each other', async ({
  mirror,
}) => {
  const { pool, lease, rows } = mirror;
  await pool.query("CREATE TABLE public.pairs (id, value) AS VALUES ('a', 'before'), ('b', 'before')");
  const person = await pool.connect();
  await person.query('BEGIN');
  await person.query(RENAME, ['b', 'person']);
  let waiting: Promise<PromiseSettledResult<unknown>[]> | undefined;
  const writer = { db: { pool }, lease, signal: AbortSignal.timeout(20_000) };
  const settled = writingOnceUnlocked(writer, async (tx) => {
    await tx.execute(sql`UPDATE public.pairs SET value = 'daemon' WHERE id = 'a'`);
    // The person waits first, and so is the first to find out that each waits for the other.
    if (waiting === undefined) {
      waiting = Promise.allSettled([person.query(RENAME, ['a', 'person'])]);
      await expect.poll(() => rows(WAITING)).toHaveLength(1);
    }
    await tx.execute(sql`UPDATE public.pairs SET value = 'daemon' WHERE id = 'b'`);
  });
  try {
    await expect.poll(() => waiting).toBeDefined();
    expect(await waiting).toMatchObject([{ status: 'fulfilled' }]);
    await person.query('COMMIT');
    await settled;
  } finally {
    person.release(true);
  }
  expect(await rows('SELECT id, value FROM public.pairs ORDER BY id')).toEqual([
    { id: 'a', value: 'daemon' },
    { id: 'b', value: 'daemon' },
  ]);
});
