import { LeaseLostError, PermanentError } from '../../errors.ts';
import { readStatement } from '../connection/atomic.ts';
import { awayOr } from '../connection/away.ts';
import type { Database } from '../connection/connect.ts';
import { type Holder, isDead, thisProcess } from './holder.ts';
import { lastPlace, readLease, releaseLease, renewLease, takeLease, whyLost } from './lease-row.ts';
import { EXPIRY_MS, type LeaseWatch, watchLease } from './lease-watch.ts';

export type { Holder };

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
  /** Incremented whenever a process takes the lease; every writing transaction checks it. */
  readonly token: bigint;
  /** Aborted when the lease is lost (another process may be writing) or given up. */
  readonly lost: AbortSignal;
  /** The next place in the order of requests, after every place that this or any earlier holder took. */
  nextOrder(): bigint;
  /**
   * Must be called right before something is sent that two processes must not both send.
   *
   * @throws LeaseLostError if another process may have taken the lease (this process was paused, say). Calls succeed
   * again once a heartbeat shows that none has.
   */
  assertHeld(): void;
  /**
   * Ends all work under the lease by aborting `lost` with the reason, unless `lost` was aborted or the lease released
   * before.
   */
  giveUp(reason: Error): void;
  /** Releases the lease at once, unless another process holds it. Safe to call twice. */
  release(): Promise<void>;
}

/** Milliseconds between two heartbeats. */
export const HEARTBEAT_MS = 3_000;

export interface LeaseOptions {
  /** The command that runs, for the error message that others get: `pylon-sync backfill`. */
  readonly command: string;
  /** Milliseconds between heartbeats; default `HEARTBEAT_MS`. */
  readonly heartbeatMs?: number;
  /** Milliseconds after the last heartbeat at which others may take over; default `EXPIRY_MS`. */
  readonly expiryMs?: number;
  /** The caller's earlier observations of the lease, if it waits for it: they tell whether the lease has lapsed. */
  readonly watch?: LeaseWatch;
  /** Ends the wait for the database, in case it does not answer. */
  readonly signal?: AbortSignal;
}

/**
 * Bits of a place that number the requests of one token: 2^36 requests last for thousands of years at Pylon's limits.
 */
const COUNTER_BITS = 36n;

/** The places in the order of requests that belong to a token: from `begin` to before `end`. */
export const placesOf = (token: bigint) => ({
  begin: token << COUNTER_BITS,
  end: (token + 1n) << COUNTER_BITS,
});

/**
 * Takes the lease of a database. If the holder was a process of this machine that no longer exists, takes it at once;
 * otherwise only if it has lapsed.
 *
 * @throws LeaseHeldError, which names the holder, if another process holds it; DatabaseAwayError; the signal's
 * reason.
 */
export async function acquireLease(db: Pick<Database, 'vital'>, options: LeaseOptions): Promise<Lease> {
  const {
    command,
    heartbeatMs = HEARTBEAT_MS,
    expiryMs = EXPIRY_MS,
    watch = watchLease(expiryMs),
    signal,
  } = options;
  const holder = thisProcess(command);
  try {
    const row = await unlessAborted(readLease(db.vital), signal);
    const isFree = row === undefined || watch.hasLapsed(row) || isDead(row.holder);
    const first = row === undefined ? await firstToken(db.vital) : 1n;
    const token = isFree ? await takeLease(db.vital, holder, expiryMs, row, first) : undefined;
    if (token === undefined) {
      const current = isFree ? await unlessAborted(readLease(db.vital), signal) : row;
      throw new LeaseHeldError(current?.holder ?? holder);
    }
    watch.own(token);
    return hold(db, token, heartbeatMs, expiryMs);
  } catch (error) {
    throw awayOr(error);
  }
}

/** The token of a lease without a row: above every token that mirrored rows still show. */
const firstToken = async (pool: Database['vital']): Promise<bigint> =>
  ((await lastPlace(pool)) >> COUNTER_BITS) + 1n;

/** Waits for a query, but rejects with the signal's reason as soon as the signal is aborted. */
async function unlessAborted<T>(query: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return query;
  let abandon = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abandon = () => reject(signal.reason);
    if (signal.aborted) abandon();
    else signal.addEventListener('abort', abandon);
  });
  return Promise.race([query, aborted]).finally(() => signal.removeEventListener('abort', abandon));
}

function hold(
  { vital }: Pick<Database, 'vital'>,
  token: bigint,
  heartbeatMs: number,
  expiryMs: number,
): Lease {
  const lost = new AbortController();
  const silence = new Error('the database does not answer');
  let counter = 0n;
  let isOver = false;
  let isTaken = false;
  let trouble: unknown = silence;
  let expiry: NodeJS.Timeout | undefined;
  let expiresAt = 0;
  /** Until when, by `performance.now()`, no other process can have taken the lease. */
  let sureUntil = performance.now() + expiryMs;

  const end = () => {
    isOver = true;
    clearInterval(heart);
    clearTimeout(expiry);
  };
  const lose = (reason: Error) => {
    if (isOver) return;
    end();
    lost.abort(reason);
  };
  /**
   * Schedules the loss of the lease: after its expiry another process may hold it. Never moves to an earlier time.
   */
  const expireAt = (time: number) => {
    if (time <= expiresAt) return;
    expiresAt = time;
    clearTimeout(expiry);
    expiry = setTimeout(() => {
      lose(new LeaseLostError('the lease could not be renewed', { cause: trouble }));
    }, time - performance.now());
    expiry.unref();
  };
  const beat = async () => {
    const startedAt = performance.now();
    try {
      const isOurs = await renewLease(vital, token, expiryMs);
      if (isOver) return;
      trouble = silence;
      if (isOurs) {
        sureUntil = Math.max(sureUntil, startedAt + expiryMs);
        return expireAt(startedAt + expiryMs);
      }
      isTaken = true;
      lose(new LeaseLostError(await whyLost((text) => readStatement(vital, text), token)));
    } catch (error) {
      // The database may be back before the lease expires.
      trouble = error;
    }
  };
  let beatAt = performance.now();
  const heart = setInterval(() => {
    const sinceMs = performance.now() - beatAt;
    beatAt += sinceMs;
    // This process was paused and sent no heartbeats: one must now succeed soon, or the lease counts as lost.
    if (sinceMs > 2 * heartbeatMs) expireAt(beatAt + heartbeatMs);
    // Does not wait for the previous heartbeat, whose connection may be dead.
    void beat();
  }, heartbeatMs);
  heart.unref();
  expireAt(beatAt + expiryMs);

  return {
    token,
    lost: lost.signal,
    nextOrder: () => (token << COUNTER_BITS) | counter++,
    assertHeld() {
      lost.signal.throwIfAborted();
      if (performance.now() >= sureUntil)
        throw new LeaseLostError('another process may have taken over this database meanwhile');
    },
    giveUp: lose,
    async release() {
      end();
      if (!isTaken) await releaseLease(vital, token);
    },
  };
}
