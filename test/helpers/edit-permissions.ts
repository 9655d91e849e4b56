import type pg from 'pg';
import type { TestDatabase } from './database.ts';

/** What the daemon that last held the lease allows. */
export async function allowOperations(
  { pool }: TestDatabase,
  ...operations: readonly string[]
): Promise<void> {
  await pool.query(
    `INSERT INTO pylon_sync.settings (key, value) VALUES ('allow', $1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [JSON.stringify(operations)],
  );
}

/** What a statement is refused with. */
export async function refusalOf({ pool }: TestDatabase, statement: string) {
  const error = await pool.query(statement).then(
    () => undefined,
    (cause: unknown) => cause as pg.DatabaseError,
  );
  if (error === undefined) throw new Error(`not refused: ${statement}`);
  return { message: error.message, hint: error.hint ?? '', code: error.code };
}
