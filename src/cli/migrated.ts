import type { Database } from '../db/connect.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { PermanentError } from '../errors.ts';
import { plural } from '../figures.ts';

/** @throws PermanentError where the database is not at this version: what only reads does not bring it there. */
export async function requireMigrations({ pool }: Pick<Database, 'pool'>): Promise<void> {
  const pending = await pendingMigrations(pool);
  if (pending === 0) return;
  throw new PermanentError(`the database lacks ${plural(pending, 'migration')}: run \`pylon-sync migrate\``);
}
