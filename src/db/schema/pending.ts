import { readMigrationFiles } from 'drizzle-orm/migrator';
import type pg from 'pg';
import { PermanentError } from '../../errors.ts';
import { type Pool, readStatement } from '../connection/atomic.ts';
import { MIGRATIONS } from '../inventory/migrations.ts';

interface Applied {
  readonly hash: string;
  readonly created_at: string;
}

/** Runs a query on the database, or in a transaction. */
type Query = <Row extends pg.QueryResultRow>(text: string) => Promise<pg.QueryResult<Row>>;

/** The migrations that a database has noted, in order; none where it notes none. */
export async function applied(query: Query): Promise<readonly Applied[]> {
  const exists = await query<{ yes: boolean }>(
    "SELECT to_regclass('pylon_sync.migrations') IS NOT NULL AS yes",
  );
  if (exists.rows[0]?.yes !== true) return [];
  const { rows } = await query<Applied & pg.QueryResultRow>(
    'SELECT hash, created_at FROM pylon_sync.migrations ORDER BY id',
  );
  return rows;
}

/**
 * The migrations of this version that are not among those.
 *
 * @throws PermanentError when this version does not know one of them.
 */
export function pendingAfter(done: readonly Applied[]) {
  const known = readMigrationFiles({ migrationsFolder: MIGRATIONS });
  const unknown = done.find((row) => !known.some((migration) => migration.hash === row.hash));
  if (unknown !== undefined) {
    throw new PermanentError(
      `the database has a migration this version does not know (of ${new Date(Number(unknown.created_at)).toISOString()}): run the version that made it, or a newer one`,
    );
  }
  return known.filter((migration) => !done.some((row) => row.hash === migration.hash));
}

/** The number of migrations that this version has and the database lacks. */
export async function pendingMigrations(pool: Pool): Promise<number> {
  return pendingAfter(await applied((text) => readStatement(pool, text))).length;
}
