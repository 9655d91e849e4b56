import type { Database } from '../../db/connection/connect.ts';
import { pendingMigrations, type Restored } from '../../db/schema/migrate.ts';
import { PermanentError } from '../../errors.ts';
import { plural } from '../../format.ts';
import type { Setup } from './setup.ts';

/** @throws PermanentError where the database is not at this version: what only reads does not bring it there. */
export async function requireMigrations({ pool }: Pick<Database, 'pool'>): Promise<void> {
  const pending = await pendingMigrations(pool);
  if (pending === 0) return;
  throw new PermanentError(`the database lacks ${plural(pending, 'migration')}: run \`pylon-sync migrate\``);
}

/** Names in one line of the log: of hundreds, the first say enough. */
const NAMED = 20;

/** Tells what a migration had to make again. */
export const tellRestored =
  ({ log }: Setup) =>
  ({ objects, resources }: Restored): void =>
    log.warn(
      { objects: objects.slice(0, NAMED), count: objects.length, resources },
      'objects of the database were missing and were made again',
    );
