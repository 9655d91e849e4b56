import { backoffMs } from '../../backoff.ts';
import { DatabaseAwayError } from '../../db/connection/away.ts';
import { ParentGoneError } from '../../db/mirror/opening.ts';
import { type Due, hasRead } from '../../db/progress/reads.ts';
import { mayBeOneRow } from '../../db/row/row-fault.ts';
import { reasonOf, TransientError } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Resource } from '../../resources/define.ts';
import { sleep } from '../../sleep.ts';
import { forEachConcurrent } from '../lib/for-each-concurrent.ts';
import type { Pass } from '../pass/pass.ts';

/** Records requested concurrently: enough to hide the latency of a request. */
const SIDE_BY_SIDE = 6;
/** Due records fetched from the database at a time. */
const BATCH = 200;
/** After so many failures in a row the cause is not the single record. */
const TOO_MANY = 5;
/** After so many refusals without a success it is the request that is refused, not the single record. */
const TOO_MANY_REFUSED = 50;
/** Milliseconds before the first look for more while parents are still being read; doubled each time. */
export const LOOKS = { baseMs: 25, capMs: 500, jitter: 'none' as const };

/** Whether an answer says that the requested record does not exist. */
const isGone = ({ pull }: Resource, error: unknown): error is PylonError =>
  error instanceof PylonError &&
  error.endpoint === `GET ${pull.path}` &&
  [400, 404, 410].includes(error.status);

export interface Each {
  /** The next due records after one, newest first, without those of `except`. */
  find(limit: number, after: Due | undefined, except: readonly string[]): Promise<readonly Due[]>;
  /**
   * Reads one record in full and marks it as read in the transaction of its last rows. Another one is requested from
   * when it calls `release` on.
   */
  read(due: Due, release: () => void): Promise<void>;
  /** Marks that Pylon does not know the record. */
  markGone(due: Due, refusal: PylonError): Promise<void>;
  /** Called before each batch. */
  measure(): Promise<void>;
}

/**
 * Reads every due record, newest first, in sweeps as long as more can become due. A record that Pylon no longer knows
 * is marked and skipped. One that fails, or is refused while others are read, stays due and does not stop the others.
 *
 * @throws TransientError when records failed, naming how many and one reason; what was read stays. PylonError when
 * the request is refused for every one of several records and never worked before.
 */
export async function readEach(pass: Pass, each: Each): Promise<void> {
  const { claims } = pass.ctx;
  const failed = new Map<string, unknown>();
  /** Records that were marked as gone while they were being read. */
  const left = new Set<string>();
  /** Records refused before any was read: perhaps Pylon refuses the request, not the record. */
  const suspects: (readonly [due: Due, refusal: PylonError])[] = [];
  let proven = await hasRead(pass.ctx.db.orm, pass.resource.name);
  let streak = 0;

  let read = 0;

  const readOne = async (due: Due, release: () => void) => {
    const claim = `${pass.resource.name} ${due.id}`;
    // Another pass is reading it now.
    if (claims.has(claim)) return;
    claims.add(claim);
    try {
      await readOrMark(due, release);
      streak = 0;
    } catch (error) {
      if (pass.signal.aborted || !isOwn(error)) throw error;
      failed.set(due.id, error);
      streak += 1;
      if (streak >= TOO_MANY) throw error;
    } finally {
      claims.delete(claim);
    }
  };
  /** Whether an error may concern this record alone; a refusal does once others were read. */
  const isOwn = (error: unknown) =>
    mayBeOneRow(error) ||
    (error instanceof TransientError && !(error instanceof DatabaseAwayError)) ||
    (proven && error instanceof PylonError && error.status !== 401);
  const readOrMark = async (due: Due, release: () => void) => {
    try {
      await each.read(due, release);
      proven = true;
      read += 1;
    } catch (error) {
      if (pass.signal.aborted) throw error;
      if (error instanceof ParentGoneError) left.add(due.id);
      else if (isGone(pass.resource, error)) await gone(due, error);
      else throw error;
    }
  };
  const gone = async (due: Due, refusal: PylonError) => {
    read += 1;
    // Logged once.
    pass.ctx.log[due.wasGone === true ? 'debug' : 'info'](
      { resource: pass.resource.name, id: due.id, status: refusal.status },
      'record skipped: gone from Pylon',
    );
    if (proven) return each.markGone(due, refusal);
    suspects.push([due, refusal]);
    if (suspects.length > TOO_MANY_REFUSED) throw refusal;
  };

  const sweep = async (): Promise<number> => {
    let after: Due | undefined;
    let found = 0;
    for (;;) {
      pass.signal.throwIfAborted();
      const except = [...failed.keys(), ...left, ...suspects.map(([due]) => due.id)];
      const batch = await each.find(BATCH, after, except);
      if (batch.length === 0) return found;
      await each.measure();
      await forEachConcurrent(SIDE_BY_SIDE, batch, readOne);
      after = batch.at(-1);
      found += batch.length;
    }
  };

  for (let idle = 1; ; idle += 1) {
    // Asked before the sweep: parents that arrive during it are for the next one.
    const last = pass.parentsDone();
    const before = read;
    const found = await sweep();
    if (found === 0 && last) break;
    // Nothing is due yet, or another pass is reading it.
    if (read > before) idle = 0;
    else await (pass.untilParents ?? sleep)(backoffMs(LOOKS, idle), pass.signal);
  }

  const lastRefused = suspects.at(-1)?.[1];
  if (!proven && lastRefused !== undefined && suspects.length > TOO_MANY) throw lastRefused;
  for (const [due, refusal] of suspects) await each.markGone(due, refusal);
  const [first] = failed.values();
  if (first !== undefined)
    throw new TransientError(`${failed.size} records failed, first: ${reasonOf(first)}`, { cause: first });
}
