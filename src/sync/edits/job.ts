import { columnsIn } from '../../db/edits/overlay.ts';
import { type Edit, postponeEdits } from '../../db/edits/queue.ts';
import { isReject, rowMapper } from '../../db/row.ts';
import { isLockHeld, sqlState } from '../../db/sql-state.ts';
import type { PolicyFor } from '../../edits/conflicts.ts';
import type { Values } from '../../edits/merge.ts';
import { PermanentError, reasonOf, TransientError } from '../../errors.ts';
import { unwrapObject } from '../../pylon/answer.ts';
import type { PylonError } from '../../pylon/errors.ts';
import type { Answer, Pylon } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';
import type { Context } from '../context.ts';
import { backoffMs, retrying } from './patience.ts';

/** What carrying edits needs beside the context. */
export interface Carrier {
  readonly ctx: Context;
  readonly pylon: Pylon;
  readonly policy: PolicyFor;
  /** How long a request may be on its way, milliseconds. */
  readonly requestTimeoutMs: number;
  /** Until when a request whose answer was lost may still take effect (`performance.now()`), by record. */
  readonly mayArrive: Map<string, number>;
}

/** One record's edits on their way. */
export interface Job {
  readonly resource: Resource;
  readonly record: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** What Pylon holds of a record, as its row would. */
export interface Remote {
  readonly row: Values;
  readonly answer: Answer;
  readonly object: unknown;
}

/** Statuses that say that a record is not there. */
const GONE = [404, 410];
export const isGone = ({ status }: PylonError): boolean => GONE.includes(status);

export function remoteOf({ resource, facts }: Pick<Job, 'resource' | 'facts'>, answer: Answer): Remote {
  const object = unwrapObject(answer);
  const mapped = rowMapper(resource)(object, facts);
  if (isReject(mapped)) throw new PermanentError(`Pylon answered with what is no record: ${mapped.reason}`);
  return { row: columnsIn(resource, mapped), answer, object };
}

/** Asks Pylon for the record. */
export async function readRemote({ ctx, pylon }: Carrier, job: Job): Promise<Remote> {
  const { resource, record, facts } = job;
  const params = { ...facts, id: record };
  return remoteOf(
    job,
    await pylon.request({ method: 'GET', route: resource.get ?? '', params, signal: ctx.signal }),
  );
}

export const keyOf = ({ resource, record }: Job): string => `${resource.name} ${record}`;

/** Milliseconds for which a request whose answer was lost may still take effect: nothing is sent again before. */
function stillArriving({ mayArrive }: Carrier, job: Job): number {
  const left = (mayArrive.get(keyOf(job)) ?? 0) - performance.now();
  if (left <= 0) mayArrive.delete(keyOf(job));
  return Math.max(0, left);
}

/** Puts edits back while an earlier request may still take effect. Whether it did. */
export async function waitsForArrival(carrier: Carrier, job: Job, edits: readonly Edit[]): Promise<boolean> {
  const leftMs = stillArriving(carrier, job);
  if (leftMs <= 0) return false;
  await postpone(carrier, edits, new TransientError('an earlier request may still be on its way'), leftMs);
  return true;
}

/** Nothing is lost by waiting: what was not done is done later, what may have been is looked at first. */
export async function postpone(
  { ctx }: Carrier,
  edits: readonly Edit[],
  error: unknown,
  leastMs = 0,
): Promise<void> {
  const attempts = Math.max(...edits.map((edit) => edit.attempts));
  const waitMs = Math.max(backoffMs(attempts), leastMs);
  ctx.log.info(
    { resource: edits[0]?.resource, record: edits[0]?.record_id, waitMs, error: reasonOf(error) },
    'edit put back: trying again',
  );
  const ids = edits.map(({ id }) => id);
  await retrying(ctx.signal, isPassing, () =>
    postponeEdits(ctx.db, ctx.lease, ids, { waitMs, error: reasonOf(error) }),
  );
}

/** Somebody holds the row, or waits for it in turn. */
export const isPassing = (error: unknown): boolean => isLockHeld(error) || sqlState(error) === '40P01';

export function requestIdOf({ body }: Answer): string | undefined {
  const id = (body as { readonly request_id?: unknown } | undefined)?.request_id;
  return typeof id === 'string' ? id : undefined;
}
