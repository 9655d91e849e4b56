import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { PermanentError, TransientError } from '../errors.ts';
import { atomically, type Pool, readStatement } from './atomic.ts';
import { awayOr, DatabaseAwayError } from './away.ts';
import type { Terms } from './begin.ts';
import { migrateViews } from './bi/install.ts';
import { installCapture } from './capture/install.ts';
import { limitSilence } from './pool.ts';
import { installPublication } from './publication.ts';
import { sqlState } from './sql-state.ts';

const FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Any number, the same in every process: whoever holds it is migrating. */
const MIGRATION_LOCK = 7_302_114_905_221;

/**
 * A migration takes as long as it takes, without a word, and so does waiting for another process's: that is not waiting
 * for a table.
 */
const MIGRATING: Terms = { access: 'READ WRITE', statementMs: 0, lockMs: 0, idleMs: 0 };

/** How long DDL may wait for a table that someone reads, before it gives up and leaves all as it was. */
const DDL_LOCK_TIMEOUT = '10s';

/** SQLSTATEs of a table that others use: lock not available, deadlock. */
const IN_USE = /^(55P03|40P01)$/;

interface Applied {
  readonly hash: string;
  readonly created_at: string;
}

/** Asks a question of the database, or of a transaction in it. */
type Query = <Row extends pg.QueryResultRow>(text: string) => Promise<pg.QueryResult<Row>>;

async function applied(query: Query): Promise<readonly Applied[]> {
  const exists = await query<{ yes: boolean }>(
    "SELECT to_regclass('pylon_sync.migrations') IS NOT NULL AS yes",
  );
  if (exists.rows[0]?.yes !== true) return [];
  const { rows } = await query<Applied & pg.QueryResultRow>(
    'SELECT hash, created_at FROM pylon_sync.migrations ORDER BY id',
  );
  return rows;
}

function pendingAfter(done: readonly Applied[]) {
  const known = readMigrationFiles({ migrationsFolder: FOLDER });
  const unknown = done.find((row) => !known.some((migration) => migration.hash === row.hash));
  if (unknown !== undefined) {
    throw new PermanentError(
      `the database has a migration this version does not know (of ${new Date(Number(unknown.created_at)).toISOString()}): run the version that made it, or a newer one`,
    );
  }
  return known.filter((migration) => !done.some((row) => row.hash === migration.hash));
}

/** Number of migrations this version has and the database has not. */
export async function pendingMigrations(pool: Pool): Promise<number> {
  return pendingAfter(await applied((text) => readStatement(pool, text))).length;
}

/**
 * Brings the schema to this version: all missing migrations in one transaction, one process at a time
 * (a transaction-level advisory lock, good through a pooler too), with the views and
 * the triggers that capture edits.
 * Returns how many migrations were applied.
 *
 * @throws PermanentError naming the statement that failed, TransientError where that was for others' locks,
 * DatabaseAwayError; nothing is changed then.
 */
export async function migrate(pool: Pool): Promise<number> {
  let statement = '';
  const running = (made: string) => {
    statement = made;
  };
  try {
    return await atomically(pool, (client) => migrateOn(client, running), { terms: MIGRATING, keep: false });
  } catch (cause) {
    if (cause instanceof PermanentError) throw cause;
    const error = awayOr(cause);
    if (error instanceof DatabaseAwayError) throw error;
    const where = statement === '' ? '' : ` at: ${statement.trim().slice(0, 200)}`;
    const Kind = IN_USE.test(sqlState(cause)) ? TransientError : PermanentError;
    throw new Kind(`migration failed, nothing was changed${where}`, { cause });
  }
}

async function migrateOn(client: pg.PoolClient, running: (statement: string) => void): Promise<number> {
  limitSilence(client, 0);
  await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  await client.query("SELECT set_config('lock_timeout', $1, true)", [DDL_LOCK_TIMEOUT]);
  const pending = pendingAfter(await applied((text) => client.query(text)));
  for (const migration of pending) {
    for (const statement of migration.sql) {
      running(statement);
      await client.query(statement);
    }
    await client.query('INSERT INTO pylon_sync.migrations (hash, created_at) VALUES ($1, $2)', [
      migration.hash,
      migration.folderMillis,
    ]);
  }
  await migrateViews(drizzle({ client }), running);
  await installCapture(client, running);
  await installPublication(client);
  return pending.length;
}
