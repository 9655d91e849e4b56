import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { PermanentError, TransientError } from '../../errors.ts';
import { sleep } from '../../sleep.ts';
import { forgetViews, migrateViews, type Transact } from '../bi/install.ts';
import { readTroubles } from '../bi/trouble.ts';
import { installGrants, loseGrants, ownGrants } from '../capture/grants.ts';
import { installCapture } from '../capture/install.ts';
import { atomically, type Pool } from '../connection/atomic.ts';
import { awayOr, DatabaseAwayError } from '../connection/away.ts';
import { READING, type Terms } from '../connection/begin.ts';
import { blockersInWords, blockersOf, relationIn } from '../connection/blockers.ts';
import { unlimited } from '../connection/pool.ts';
import { isInUse, refusalIn } from '../connection/sql-state.ts';
import { forgetTables } from '../edits/identity.ts';
import { standing } from '../inventory/catalogue.ts';
import { installedBy } from '../inventory/installed.ts';
import { lacking, migrated, namesOf, uninstalled } from '../inventory/missing.ts';
import { keyOf, type Part } from '../inventory/part.ts';
import { harmedBy, readAnew, restoreParts, showEditsAgain } from '../inventory/restore.ts';
import { applied, pendingAfter } from './pending.ts';
import { installPublication } from './publication.ts';
import { isSealedBy, leaveSeal, programDigest, readSealed } from './seal.ts';

/** The key of the advisory lock of a migration; an arbitrary number, the same in every process. */
const MIGRATION_LOCK = 7_302_114_905_221;

/**
 * No timeouts: a migration, and waiting for another process's, may take long. Only waiting for a table is limited
 * (`DDL_LOCK_TIMEOUT`).
 */
const MIGRATING: Terms = { access: 'READ WRITE', statementMs: 0, lockMs: 0, idleMs: 0 };

/**
 * How long DDL may wait for a table that is in use. Short, because other transactions queue behind it. What it has got it
 * keeps to the end of the transaction: those who come then wait for all that follows, indexes that are built included.
 */
const DDL_LOCK_TIMEOUT = '200ms';

/**
 * Pauses between attempts: about ten seconds with attempts that do no more than wait. Each attempt runs all migrations
 * again, so with indexes to build it takes 21 times as long as these. After the last one nothing is changed.
 */
const PAUSES_MS: readonly number[] = Array(20).fill(300);

/**
 * Whether a database without a record of migrations contains tables of ours. Foreign tables may have the same names;
 * ours have the column `_hash`.
 */
async function isBegun(client: Pick<pg.ClientBase, 'query'>): Promise<boolean> {
  const { parts } = migrated(pendingAfter([]).map(({ hash }) => hash));
  const tables = parts.filter(({ kind }) => kind === 'table');
  const keys = parts.filter(({ kind, name }) => kind === 'column' && name === '_hash');
  const found = await standing(client);
  const stands = ({ schema, table }: Part) => found.has(keyOf({ kind: 'table', schema, table, name: table }));
  return tables.some(stands) && !lacking(found, keys).some(stands);
}

/**
 * Names of the objects that applied migrations or this version have created and that are missing; none if the
 * database contains nothing of ours.
 */
export const missingObjects = (pool: Pool): Promise<readonly string[]> =>
  atomically(pool, missingFrom, { terms: READING });

async function missingFrom(client: pg.PoolClient): Promise<readonly string[]> {
  const done = await applied((text) => client.query(text));
  if (done.length === 0 && !(await isBegun(client))) return [];
  const hashes = done.length === 0 ? pendingAfter([]) : done;
  const stands = await standing(client);
  const missing = lacking(stands, migrated(hashes.map(({ hash }) => hash)).parts);
  const isReadable = !missing.some(({ schema, name }) => schema === 'pylon_sync' && name === 'settings');
  const isWhole = isReadable && missing.every(({ kind }) => kind !== 'schema');
  return namesOf([...missing, ...(isWhole ? await uninstalled(client, drizzle({ client }), stands) : [])]);
}

/** Objects that earlier migrations had created, that were missing, and that were created again. */
export interface Restored {
  readonly objects: readonly string[];
  /** The resources that will be read completely again because of that. */
  readonly resources: readonly string[];
}

/** The name in `onRemade` for the triggers and functions that capture edits. */
export const TRIGGERS = 'triggers';

export interface MigrateOptions {
  /** Milliseconds between attempts to change what other transactions use. */
  readonly pausesMs?: readonly number[];
  /** Receives the objects that were created again, once that is committed. */
  readonly onRestored?: (restored: Restored) => void;
  /** Receives the names of what was created or updated: `TRIGGERS`, views, relations whose comments were written. */
  readonly onRemade?: (names: readonly string[]) => void;
  /** A name for exactly this program, if it has one: a database that it has found whole is sealed with it. */
  readonly program?: string | undefined;
}

/**
 * Brings the schema to this version, one process at a time (a transaction-level advisory lock, which works through a
 * pooler too). All missing migrations and the triggers that capture edits go in one transaction; views, grants and
 * the publication follow in their own. If other transactions use a table, this retries, so that what comes after them
 * does not wait for them too. Objects of earlier migrations that are missing are created again, and their data is read again
 * (docs/decisions/0033). Returns the number of migrations applied. A view that cannot be created is noted for
 * `status`. A database that this program has found whole, and in which nothing that it would look at has changed since,
 * is not looked through again (docs/decisions/0056).
 *
 * @throws PermanentError, which names the statement that failed; TransientError, which names the blocking sessions,
 * if it failed because of locks; DatabaseAwayError. No table is changed then.
 */
export async function migrate(
  pool: Pool,
  {
    pausesMs = PAUSES_MS,
    onRestored = () => {},
    onRemade = () => {},
    program = programDigest(),
  }: MigrateOptions = {},
): Promise<number> {
  let at = '';
  const ran = (statement: string) => {
    at = statement;
  };
  try {
    const sealed = program === undefined ? undefined : await alone(pool, readSealed).catch(unlessRefused);
    if (sealed !== undefined && program !== undefined && isSealedBy(sealed, program)) return 0;
    const tables = () => alone(pool, (client) => migrateTables(client, ran), { isLong: true });
    const { count, restored, isCaptureNew } = await patiently(pausesMs, tables).catch(
      async (cause: unknown) => {
        throw await failureAt(pool, at, cause);
      },
    );
    if (restored.objects.length > 0) onRestored(restored);
    const transact: Transact = (work) => alone(pool, (client) => work(drizzle({ client })));
    const made = await migrateViews(transact, pausesMs === PAUSES_MS ? {} : { pausesMs });
    const remade = [...(isCaptureNew ? [TRIGGERS] : []), ...made];
    if (remade.length > 0) onRemade(remade);
    await patiently(pausesMs, () => alone(pool, installGrants));
    // If a table is in use, the publication is left to the next migration.
    const isPublicationLeft = await patiently(pausesMs.slice(0, 2), () =>
      alone(pool, installPublication),
    ).then(
      () => false,
      (error: unknown) => {
        if (!isInUse(error)) throw error;
        return true;
      },
    );
    if (sealed !== undefined && program !== undefined && !isPublicationLeft)
      await alone(pool, (client) => sealUnlessTroubled(client, program, sealed.present));
    return count;
  } catch (cause) {
    if (cause instanceof PermanentError || cause instanceof TransientError) throw cause;
    const error = awayOr(cause);
    if (error instanceof DatabaseAwayError) throw error;
    throw new PermanentError('migration failed', { cause });
  }
}

/**
 * Where something is missing that a statement reads, there is more to do, and what is wrong shows there. Rethrows what is
 * no answer of the server: who was cut off while it waited for its turn must not begin to wait anew.
 */
function unlessRefused(error: unknown): undefined {
  if (refusalIn(error) === undefined) throw error;
}

/** A view that could not be created is tried again by each migration. */
async function sealUnlessTroubled(client: pg.PoolClient, program: string, before: string): Promise<void> {
  const troubles = await readTroubles(drizzle({ client }));
  if (troubles.every(({ because }) => because === null)) await leaveSeal(client, program, before);
}

/**
 * Runs work in one transaction, while no other process migrates. Where it `isLong`, the server may be silent meanwhile
 * for as long as it likes.
 */
async function alone<T>(
  pool: Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  { isLong = false }: { readonly isLong?: boolean } = {},
): Promise<T> {
  const inTurn = async (client: pg.PoolClient) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await client.query("SELECT set_config('lock_timeout', $1, true)", [DDL_LOCK_TIMEOUT]);
    return work(client);
  };
  const run = (client: pg.PoolClient) => (isLong ? unlimited(client, inTurn) : inTurn(client));
  return atomically(pool, run, { terms: MIGRATING });
}

/** Runs work, and retries after each pause as long as it fails because of locks. */
async function patiently<T>(pausesMs: readonly number[], work: () => Promise<T>): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await work();
    } catch (error) {
      if (!isInUse(error)) throw error;
      await sleep(pauseMs);
    }
  }
  return work();
}

async function migrateTables(
  client: pg.PoolClient,
  ran: (statement: string) => void,
): Promise<{ readonly count: number; readonly restored: Restored; readonly isCaptureNew: boolean }> {
  const done = await applied((text) => client.query(text));
  const pending = pendingAfter(done);
  // If the record of migrations is lost, the existing tables show that they were applied.
  const isNoted = done.length > 0;
  const stood = isNoted || (await isBegun(client));
  const made = isNoted ? done : pendingAfter([]);
  const found = await standing(client);
  const parts = stood ? await restoreParts(client, migrated(made.map(({ hash }) => hash)), found, ran) : [];
  for (const migration of pending) {
    for (const statement of isNoted || !stood ? migration.sql : []) {
      ran(statement);
      await client.query(statement);
      if (/^\s*CREATE SCHEMA/.test(statement)) await client.query(ownGrants());
    }
    await client.query(ownGrants());
    await client.query('INSERT INTO pylon_sync.migrations (hash, created_at) VALUES ($1, $2)', [
      migration.hash,
      migration.folderMillis,
    ]);
  }
  const tx = drizzle({ client });
  const isWhole = parts.length === 0 && pending.length === 0;
  const lost = stood
    ? [...parts, ...(await uninstalled(client, tx, isWhole ? found : await standing(client)))]
    : [];
  const lostKeys = new Set(lost.map(keyOf));
  const isCaptureNew = await installCapture(
    client,
    ran,
    (statements) => lostKeys.size > 0 && installedBy(statements).some((part) => lostKeys.has(keyOf(part))),
  );
  const harmed = harmedBy(parts);
  await readAnew(client, harmed);
  if (parts.some(({ kind, name }) => kind === 'table' && name === 'edits')) await forgetTables(tx);
  await showEditsAgain(tx, harmed);
  // Later transactions create the views and grants again because their notes are dropped here.
  if (parts.length > 0 || lost.some(({ schema }) => schema === 'pylon_bi')) await forgetViews(tx);
  await loseGrants(client, lost);
  const resources = harmed.map(({ name }) => name);
  return { count: pending.length, restored: { objects: namesOf(lost), resources }, isCaptureNew };
}

/** The error of a failed migration, with the statement and the sessions that block it. */
async function failureAt(pool: Pool, statement: string, cause: unknown): Promise<unknown> {
  if (cause instanceof PermanentError) return cause;
  const error = awayOr(cause);
  if (error instanceof DatabaseAwayError) return error;
  const where = statement === '' ? '' : ` at: ${statement.trim().slice(0, 200)}`;
  if (!isInUse(cause)) return new PermanentError(`migration failed, nothing was changed${where}`, { cause });
  const relation = relationIn(statement);
  if (relation === undefined)
    return new TransientError(`migration failed, nothing was changed${where}`, { cause });
  const blockers = await atomically(pool, (client) => blockersOf(drizzle({ client }), relation));
  const who = `${relation} is used by ${blockersInWords(blockers)}`;
  return new TransientError(`migration failed, nothing was changed: ${who}${where}`, { cause });
}
