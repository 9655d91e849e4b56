import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { sql } from 'drizzle-orm';
import { LeaseLostError, PermanentError, reasonOf } from '../errors.ts';
import type { Database } from './connect.ts';

/** Who holds a lease: enough to find the process. */
export interface Holder {
  readonly command: string;
  readonly host: string;
  readonly pid: number;
  /** The namespace its number belongs to: containers may share a host's name, not its processes. */
  readonly space: string;
}

/** Another process holds the lease of this database. */
export class LeaseHeldError extends PermanentError {
  override name = 'LeaseHeldError';
  readonly holder: Holder;
  constructor(holder: Holder) {
    super(
      `this database is in use by \`${holder.command}\` (process ${holder.pid} on ${holder.host}): wait for it, or stop it`,
    );
    this.holder = holder;
  }
}

/** The right to write to a database, held by one process at a time. */
export interface Lease {
  /** Grows with every change of hands; checked in every writing transaction. */
  readonly token: bigint;
  /** Aborted when the lease is gone: another process may be writing. */
  readonly lost: AbortSignal;
  /** A place in the order of requests: later than all that this or any former holder took. */
  nextOrder(): bigint;
  /** Gives the lease back at once. Safe to call twice. */
  release(): Promise<void>;
}

export interface LeaseOptions {
  /** What is running, for the message to others: `pylon-sync backfill`. */
  readonly command: string;
  /** Milliseconds between heartbeats; default 3,000. */
  readonly heartbeatMs?: number;
  /** Milliseconds after the last heartbeat at which others may take over; default 10,000. */
  readonly expiryMs?: number;
}

/** Requests one holder can number: 2^36, thousands of years at Pylon's limits. */
const COUNTER_BITS = 36n;

/** Tells one namespace of processes from another on Linux; elsewhere there is one. */
function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** A process of this machine that no longer exists cannot be writing. */
function isDead(holder: Holder): boolean {
  const here = holder.host === hostname() && holder.space === processSpace();
  if (!here || holder.pid === process.pid) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Takes the row if it is free, expired, or `stolen` names its dead holder's token; the new token if so. */
async function take(db: Database, holder: Holder, expiryMs: number, stolen: bigint | null) {
  const { rows } = await db.orm.execute<{ token: string }>(sql`
    INSERT INTO pylon_sync.lease AS held (name, token, holder, acquired_at, expires_at)
    VALUES ('daemon', 1, ${JSON.stringify(holder)}::jsonb, clock_timestamp(),
            clock_timestamp() + ${expiryMs} * interval '1 millisecond')
    ON CONFLICT (name) DO UPDATE
       SET token = held.token + 1, holder = excluded.holder,
           acquired_at = excluded.acquired_at, expires_at = excluded.expires_at
     WHERE held.expires_at < clock_timestamp() OR held.token = ${stolen}
    RETURNING token`);
  return rows[0] === undefined ? undefined : BigInt(rows[0].token);
}

async function current(db: Database) {
  const { rows } = await db.orm.execute<{ token: string; holder: Holder }>(
    sql`SELECT token, holder FROM pylon_sync.lease WHERE name = 'daemon'`,
  );
  return rows[0];
}

/**
 * Takes the lease of a database, or says who has it. A lease whose holder was a process of this machine
 * that is gone is taken over at once; any other after it expires.
 *
 * @throws LeaseHeldError naming the holder.
 */
export async function acquireLease(db: Database, options: LeaseOptions): Promise<Lease> {
  const expiryMs = options.expiryMs ?? 10_000;
  const holder: Holder = {
    command: options.command,
    host: hostname(),
    pid: process.pid,
    space: processSpace(),
  };
  let token = await take(db, holder, expiryMs, null);
  if (token === undefined) {
    const held = await current(db);
    if (held === undefined || isDead(held.holder)) {
      token = await take(db, holder, expiryMs, held === undefined ? null : BigInt(held.token));
    }
    if (token === undefined) throw new LeaseHeldError((await current(db))?.holder ?? holder);
  }
  return hold(db, token, options.heartbeatMs ?? 3_000, expiryMs);
}

function hold(db: Database, token: bigint, heartbeatMs: number, expiryMs: number): Lease {
  const lost = new AbortController();
  let counter = 0n;
  let renewedAt = performance.now();

  const beat = async () => {
    const startedAt = performance.now();
    try {
      const { rowCount } = await db.orm.execute(sql`
        UPDATE pylon_sync.lease
           SET expires_at = clock_timestamp() + ${expiryMs} * interval '1 millisecond'
         WHERE name = 'daemon' AND token = ${token}`);
      if (rowCount === 0) lost.abort(new LeaseLostError('another process took over this database'));
      else renewedAt = startedAt;
    } catch (error) {
      // The database may be away for a moment; past the expiry nobody knows who holds the lease.
      if (performance.now() - renewedAt > expiryMs) {
        lost.abort(
          new LeaseLostError(`the lease could not be renewed: ${reasonOf(error)}`, { cause: error }),
        );
      }
    }
  };
  const timer = setInterval(beat, heartbeatMs);
  timer.unref();
  lost.signal.addEventListener('abort', () => clearInterval(timer));

  return {
    token,
    lost: lost.signal,
    nextOrder: () => (token << COUNTER_BITS) | counter++,
    async release() {
      clearInterval(timer);
      await db.orm.execute(
        sql`UPDATE pylon_sync.lease SET expires_at = '-infinity' WHERE name = 'daemon' AND token = ${token}`,
      );
    },
  };
}
