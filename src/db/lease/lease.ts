import { LeaseLostError, PermanentError } from '../../errors.ts';
import { awayOr } from '../connection/away.ts';
import type { Database } from '../connection/connect.ts';
import { type Holder, isDead, thisProcess } from './holder.ts';
import { lastPlace, readLease, releaseLease, renewLease, takeLease } from './lease-row.ts';
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
  /** Grows with every change of hands; checked in every writing transaction. */
  readonly token: bigint;
  /** Aborted when the lease is gone, as another process may be writing, or was given up. */
  readonly lost: AbortSignal;
  /** A place in the order of requests: later than all that this or any former holder took. */
  nextOrder(): bigint;
  /**
   * To be called as something leaves that must not come from two processes.
   *
   * @throws LeaseLostError when another process may have taken over, and until a heartbeat says that none has: this
   * one was paused, say.
   */
  assertHeld(): void;
  /** Ends all work under the lease: `lost` is aborted with the reason, unless it was or the lease was given back. */
  giveUp(reason: Error): void;
  /** Gives the lease back at once, unless another process has it. Safe to call twice. */
  release(): Promise<void>;
}

/** Milliseconds between two heartbeats. */
export const HEARTBEAT_MS = 3_000;

export interface LeaseOptions {
  /** What is running, for the message to others: `pylon-sync backfill`. */
  readonly command: string;
  /** Milliseconds between heartbeats; default `HEARTBEAT_MS`. */
  readonly heartbeatMs?: number;
  /** Milliseconds after the last heartbeat at which others may take over; default `EXPIRY_MS`. */
  readonly expiryMs?: number;
  /** What the caller has seen of the lease before, where it waits for it. */
  readonly watch?: LeaseWatch;
  /** Aborts the look at the lease, at a database that may not answer. */
  readonly signal?: AbortSignal;
}

/** Requests one holder can number: 2^36, thousands of years at Pylon's limits. */
const COUNTER_BITS = 36n;

/** The places in the order of requests that the holder of a token gives: from `begin` to before `end`. */
export const placesOf = (token: bigint) => ({
  begin: token << COUNTER_BITS,
  end: (token + 1n) << COUNTER_BITS,
});

/**
 * Takes the lease of a database, or says who has it. A lease whose holder was a process of this machine
 * that is gone is taken over at once; any other when it has lapsed.
 *
 * @throws LeaseHeldError naming the holder, DatabaseAwayError, the signal's reason.
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
      const held = isFree ? await unlessAborted(readLease(db.vital), signal) : row;
      throw new LeaseHeldError(held?.holder ?? holder);
    }
    watch.own(token);
    return hold(db, token, heartbeatMs, expiryMs);
  } catch (error) {
    throw awayOr(error);
  }
}

/** Where the row is not there, rows may still tell of tokens that there were. */
const firstToken = async (pool: Database['vital']): Promise<bigint> =>
  ((await lastPlace(pool)) >> COUNTER_BITS) + 1n;

/** A query whose answer nobody needs once the signal is aborted: rejects with its reason then. */
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
  /** Until when nobody else can have taken over. */
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
  /** Past the expiry nobody knows who holds the lease. It is only ever put off. */
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
      lose(new LeaseLostError('another process took over this database'));
    } catch (error) {
      // The database may be away for a moment.
      trouble = error;
    }
  };
  let beatAt = performance.now();
  const heart = setInterval(() => {
    const sinceMs = performance.now() - beatAt;
    beatAt += sinceMs;
    // This process was paused, and its heart with it: it has to ask whose the lease is.
    if (sinceMs > 2 * heartbeatMs) expireAt(beatAt + heartbeatMs);
    // Without waiting for the one before, which may hang on a connection that is dead.
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
