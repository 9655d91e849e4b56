import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../db/connection/connect.ts';
import type { Restored } from '../../db/schema/migrate.ts';
import { pendingMigrations } from '../../db/schema/pending.ts';
import { PermanentError } from '../../errors.ts';
import { plural } from '../../format.ts';
import { databaseName, withDatabase } from './database.ts';
import { demosIn } from './running.ts';
import type { Setup } from './setup.ts';

/**
 * Runs work that only reads, or decides, on a database that has been migrated. Starts no embedded server where none has
 * been.
 *
 * @throws PermanentError when there is no database yet, or migrations are pending: such commands do not apply them.
 */
export async function withMigrated<T>(setup: Setup, work: (db: Database) => Promise<T>): Promise<T> {
  const { databaseUrl, dataDir } = setup.config;
  if (databaseUrl === undefined && !existsSync(join(dataDir, 'postgres')))
    throw new PermanentError(
      `no Postgres has been started in ${dataDir}: ${(await demoHere(setup)) ?? 'set DATABASE_URL, or `pylon-sync start` starts one'}`,
    );
  return withDatabase(setup, async (db, url) => {
    await requireMigrations(setup, db, url);
    return work(db);
  });
}

/** @throws PermanentError when migrations are pending. */
export async function requireMigrations(setup: Setup, { pool }: Database, url: string): Promise<void> {
  const pending = await pendingMigrations(pool);
  if (pending === 0) return;
  const demo = await demoHere(setup);
  throw new PermanentError(
    `${databaseName(setup, url)} lacks ${plural(pending, 'migration')}: run \`pylon-sync migrate\`${demo === undefined ? '' : `; ${demo}`}`,
  );
}

/** How to use the database of the demo that runs in the data folder, which is another than that folder's own. */
async function demoHere({ config }: Setup): Promise<string | undefined> {
  if (config.databaseUrl !== undefined || (await demosIn(config.dataDir)).length === 0) return undefined;
  return 'the demo runs here: DATABASE_URL=$(pylon-sync url) uses its database';
}

/** The most names in one log line. */
const NAMED = 20;

/** Returns a function that logs the objects that a migration had to create again. */
export const logRestored =
  ({ log }: Setup) =>
  ({ objects, resources }: Restored): void =>
    log.warn(
      { objects: objects.slice(0, NAMED), count: objects.length, resources },
      'objects of the database were missing: created again',
    );
