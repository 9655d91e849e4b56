import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { PermanentError, TransientError } from '../errors.ts';
import { awayOr, DatabaseAwayError } from './away.ts';
import { migrateViews } from './bi/install.ts';
import { installCapture } from './capture/install.ts';
import { limitSilence } from './pool.ts';
import { installPublication } from './publication.ts';
import { sqlState } from './sql-state.ts';

const FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Any number, the same in every process: whoever holds it is migrating. */
const MIGRATION_LOCK = 7_302_114_905_221;

/** How long DDL may wait for a table that someone reads, before it gives up and leaves all as it was. */
const DDL_LOCK_TIMEOUT = '10s';

/** SQLSTATEs of a table that others use: lock not available, deadlock. */
const IN_USE = /^(55P03|40P01)$/;

interface Applied {
  readonly hash: string;
  readonly created_at: string;
}

async function applied(client: pg.ClientBase | pg.Pool): Promise<readonly Applied[]> {
  const exists = await client.query("SELECT to_regclass('pylon_sync.migrations') IS NOT NULL AS yes");
  if (exists.rows[0]?.yes !== true) return [];
  const { rows } = await client.query<Applied>(
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
export async function pendingMigrations(pool: pg.Pool): Promise<number> {
  return pendingAfter(await applied(pool)).length;
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
export async function migrate(pool: pg.Pool): Promise<number> {
  const client = await pool.connect().catch((error: unknown) => {
    throw awayOr(error);
  });
  // A migration takes as long as it takes, without a word.
  limitSilence(client, 0);
  let statement = '';
  try {
    await client.query('BEGIN');
    await client.query("SELECT set_config('client_min_messages', 'warning', true)");
    // Waiting for another process's migration is not waiting for a table: it may take as long as it takes.
    await client.query("SELECT set_config('lock_timeout', '0', true)");
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await client.query("SELECT set_config('lock_timeout', $1, true)", [DDL_LOCK_TIMEOUT]);
    const pending = pendingAfter(await applied(client));
    for (const migration of pending) {
      for (statement of migration.sql) await client.query(statement);
      await client.query('INSERT INTO pylon_sync.migrations (hash, created_at) VALUES ($1, $2)', [
        migration.hash,
        migration.folderMillis,
      ]);
    }
    const running = (made: string) => {
      statement = made;
    };
    await migrateViews(drizzle({ client }), running);
    await installCapture(client, running);
    await installPublication(client);
    await client.query('COMMIT');
    return pending.length;
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => {});
    if (cause instanceof PermanentError) throw cause;
    const error = awayOr(cause);
    if (error instanceof DatabaseAwayError) throw error;
    const where = statement === '' ? '' : ` at: ${statement.trim().slice(0, 200)}`;
    const Kind = IN_USE.test(sqlState(cause)) ? TransientError : PermanentError;
    throw new Kind(`migration failed, nothing was changed${where}`, { cause });
  } finally {
    client.release(true);
  }
}
