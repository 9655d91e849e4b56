import { hostname } from 'node:os';
import type pg from 'pg';
import { resources } from '../../resources/index.ts';
import { tableOf } from '../capture/names.ts';
import { type Pool, readStatement, writeStatement } from '../connection/atomic.ts';
import type { Terms } from '../connection/begin.ts';
import { sqlState } from '../connection/sql-state.ts';
import type { Holder } from './holder.ts';

/** The only row of `pylon_sync.lease`, as it was when it was read. */
export interface LeaseRow {
  /** Incremented whenever a process takes the lease. */
  readonly token: bigint;
  readonly holder: Holder;
  /** `expires_at` as text, to be compared for equality only: every heartbeat changes it. */
  readonly expires: string;
  /** Whether `expires_at` has passed by the database's clock. */
  readonly expired: boolean;
  /** Whether the holder gave the lease back. */
  readonly released: boolean;
}

/** The timeouts are shorter than that of a silent connection of the lease's pool (`connect.ts`). */
const LOOKING: Terms = { access: 'READ ONLY', statementMs: 9_000, lockMs: 0, idleMs: 8_000 };
const HOLDING: Terms = { ...LOOKING, access: 'READ WRITE' };

const EXPIRES = 'extract(epoch FROM existing.expires_at)::text';

/** Reads the row without locking it, so that processes that wait for the lease do not delay its holder. */
export async function readLease(pool: Pool): Promise<LeaseRow | undefined> {
  const { rows } = await readStatement<LeaseRow & { token: string }>(
    pool,
    `SELECT token, holder, ${EXPIRES} AS expires, expires_at < clock_timestamp() AS expired,
            expires_at = '-infinity' AS released
       FROM pylon_sync.lease AS existing WHERE name = 'daemon'`,
    [],
    LOOKING,
  );
  return rows[0] && { ...rows[0], token: BigInt(rows[0].token) };
}

/**
 * The greatest place in the order of requests (`_order`) that any mirrored row has; reads all tables that are not empty. Of a
 * new database none is opened: to plan a query of all of them takes the server longer than the rest of a start.
 */
export async function lastPlace(pool: Pool): Promise<bigint> {
  const { rows: filled } = await readStatement<{ name: string }>(
    pool,
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = to_regnamespace('pylon') AND relname = ANY($1::text[])
        AND (relkind <> 'r' OR pg_relation_size(oid) > 0)`,
    [resources.map(({ name }) => name)],
  );
  if (filled.length === 0) return 0n;
  const each = filled.map(({ name }) => `SELECT max(_order) AS place FROM ${tableOf(name)}`);
  const { rows } = await readStatement<{ place: string }>(
    pool,
    `SELECT coalesce(max(place), 0) AS place FROM (${each.join(' UNION ALL ')}) AS last`,
  );
  return BigInt(rows[0]?.place ?? 0);
}

/** Transactions under the old token end within seconds; the caller tries again after this timeout. */
const TAKING: Terms = { ...HOLDING, lockMs: 3_000 };
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Takes the lease if its row is still as `seen`, or still missing. Waits for transactions that write under the old
 * token. Returns the new token (`first` if there was no row), or undefined if the row has changed or those
 * transactions do not end.
 */
export async function takeLease(
  pool: Pool,
  holder: Holder,
  expiryMs: number,
  seen: LeaseRow | undefined,
  first: bigint,
): Promise<bigint | undefined> {
  try {
    const { rows } = await writeStatement<{ token: string }>(
      pool,
      `INSERT INTO pylon_sync.lease AS existing (name, token, holder, acquired_at, expires_at)
         VALUES ('daemon', $5, $1, clock_timestamp(), clock_timestamp() + $2 * interval '1 millisecond')
         ON CONFLICT (name) DO UPDATE
            SET token = existing.token + 1, holder = excluded.holder,
                acquired_at = excluded.acquired_at, expires_at = excluded.expires_at
          WHERE existing.token = $3 AND ${EXPIRES} = $4
         RETURNING token`,
      [JSON.stringify(holder), expiryMs, seen?.token ?? null, seen?.expires ?? null, first],
      TAKING,
    );
    return rows[0] && BigInt(rows[0].token);
  } catch (error) {
    if (sqlState(error) === LOCK_NOT_AVAILABLE) return undefined;
    throw error;
  }
}

/** Extends the lease. Returns false if it is another holder's or was released. */
export async function renewLease(pool: Pool, token: bigint, expiryMs: number): Promise<boolean> {
  const { rowCount } = await writeStatement(
    pool,
    `UPDATE pylon_sync.lease SET expires_at = clock_timestamp() + $2 * interval '1 millisecond'
      WHERE name = 'daemon' AND token = $1 AND expires_at <> '-infinity'`,
    [token, expiryMs],
    HOLDING,
  );
  return rowCount !== 0;
}

/** Releases the lease if it is still this token's. */
export async function releaseLease(pool: Pool, token: bigint): Promise<void> {
  await writeStatement(
    pool,
    "UPDATE pylon_sync.lease SET expires_at = '-infinity' WHERE name = 'daemon' AND token = $1",
    [token],
    HOLDING,
  );
}

/** Why the row is not a token's any more, as it stands now: for people. */
export async function whyLost(query: Query, token: bigint): Promise<string> {
  const { rows } = await query<{ token: string; holder: Holder; released: boolean }>(
    "SELECT token, holder, expires_at = '-infinity' AS released FROM pylon_sync.lease WHERE name = 'daemon'",
  );
  const [row] = rows;
  if (row === undefined)
    return 'the row of pylon_sync.lease is gone: somebody has emptied the table, or `migrate` has made it again';
  const isOwn = row.holder.pid === process.pid && row.holder.host === hostname();
  if (row.released && isOwn)
    return BigInt(row.token) === token
      ? 'the lease of this database was given back'
      : '`migrate` has made lost parts of this database again, and taken the lease back for that';
  return 'another process took over this database';
}

type Query = <R extends pg.QueryResultRow>(text: string) => Promise<{ readonly rows: readonly R[] }>;
