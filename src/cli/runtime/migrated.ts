import type { Database } from '../../db/connection/connect.ts';
import type { Restored } from '../../db/schema/migrate.ts';
import { pendingMigrations } from '../../db/schema/pending.ts';
import { PermanentError } from '../../errors.ts';
import { plural } from '../../format.ts';
import type { Setup } from './setup.ts';

/** @throws PermanentError when migrations are pending: commands that only read do not apply them. */
export async function requireMigrations({ pool }: Pick<Database, 'pool'>): Promise<void> {
  const pending = await pendingMigrations(pool);
  if (pending === 0) return;
  throw new PermanentError(`the database lacks ${plural(pending, 'migration')}: run \`pylon-sync migrate\``);
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
