import type pg from 'pg';

/** Locks that somebody else holds, in a transaction that stays open until they are released. */
interface Lock {
  release(): Promise<void>;
}

/** A transaction of somebody else that has run one statement, and keeps what that has locked. */
async function openTransaction(
  pool: Pick<pg.Pool, 'connect'>,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Lock> {
  const client = await pool.connect();
  let isOpen = true;
  const release = async () => {
    if (!isOpen) return;
    isOpen = false;
    await client.query('ROLLBACK');
    client.release();
  };
  await client.query('BEGIN');
  await client.query(statement, [...values]).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  return { release };
}

/** Ways for somebody else to lock something in the database of a test. */
export interface Locks {
  /** One row, by its id: `locks.row('pylon.issues', id)`. */
  row(table: string, id: string): Promise<Lock>;
  /** Whatever a statement locks: `locks.by('LOCK TABLE pylon.issues')`. */
  by(statement: string): Promise<Lock>;
}

/** Opens locks, and releases at the end those that are still held. */
export async function withLocks(pool: pg.Pool, use: (locks: Locks) => Promise<void>): Promise<void> {
  const opened: Lock[] = [];
  const open = async (...words: Parameters<typeof openTransaction>) => {
    const lock = await openTransaction(...words);
    opened.push(lock);
    return lock;
  };
  await use({
    row: (table, id) => open(pool, `SELECT FROM ${table} WHERE id = $1 FOR UPDATE`, [id]),
    by: (statement) => open(pool, statement),
  });
  for (const lock of opened) await lock.release();
}
