import type { Fate } from '../../db/edits/end.ts';
import type { Outcome } from '../../db/edits/outcome.ts';
import type { Edit } from '../../db/edits/queue.ts';
import type { Settlement } from '../../db/edits/settle.ts';
import { kindsOf } from '../../edits/body.ts';
import type { PolicyFor } from '../../edits/conflicts.ts';
import { fieldsIn, nameOf, type Values } from '../../edits/merge.ts';
import { PermanentError, reasonOf, TransientError } from '../../errors.ts';
import { OtherRecordError } from '../../pylon/answer.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Answer, Pylon } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';
import type { Context } from '../context.ts';
import { settleOrKeep } from './settling.ts';

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

/** What Pylon holds of a record. */
export interface Held {
  readonly answer: Answer;
  readonly object: unknown;
}

/** Nothing may be sent for a record before a while has passed. */
export class NotYetError extends TransientError {
  override name = 'NotYetError';
  readonly leastMs: number;
  constructor(leastMs: number, why = 'an earlier request may still be on its way') {
    super(why);
    this.leastMs = leastMs;
  }
}

/** An edit of which no request can be made, however often it is tried. */
export class NoRequestError extends PermanentError {
  override name = 'NoRequestError';
}

/**
 * Makes what is to be sent.
 *
 * @throws NoRequestError in the place of whatever goes wrong.
 */
export function prepared<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new NoRequestError(`no request can be made of it: ${reasonOf(cause)}`, { cause });
  }
}

/** A record, by name. */
interface Named {
  readonly resource: string;
  readonly record: string;
}

const keyOf = ({ resource, record }: Named): string => `${resource} ${record}`;

/** Notes that a request whose answer was lost may still take effect, for so many milliseconds. */
export function mayStillArrive(
  { mayArrive, requestTimeoutMs }: Carrier,
  named: Named,
  ms = requestTimeoutMs,
): void {
  mayArrive.set(keyOf(named), performance.now() + ms);
}

/** For how many milliseconds an earlier request for a record may still take effect. */
export function arrivingMs({ mayArrive }: Carrier, named: Named): number {
  const left = (mayArrive.get(keyOf(named)) ?? 0) - performance.now();
  if (left <= 0) mayArrive.delete(keyOf(named));
  return Math.max(0, left);
}

/**
 * To be called before anything is sent for a record.
 *
 * @throws NotYetError while an earlier request whose answer was lost may still take effect.
 */
export function unlessArriving(carrier: Carrier, { resource, record }: Job): void {
  const left = arrivingMs(carrier, { resource: resource.name, record });
  if (left > 0) throw new NotYetError(left);
}

/** Nothing that was sent for a record is under way any more. */
export function hasArrived({ mayArrive }: Carrier, { resource, record }: Job): void {
  mayArrive.delete(keyOf({ resource: resource.name, record }));
}

/** Why Pylon does not do what was asked of a record: it refuses, or has merged the record into another one. */
export type Refusal = PylonError | OtherRecordError;

/** Whether it is the record's matter: a refused token is not. */
export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof OtherRecordError || (error instanceof PylonError && error.status !== 401);

/**
 * Pylon will not have it: the row goes back to what Pylon holds.
 *
 * @throws AnsweredError.
 */
export async function refuse(
  carrier: Carrier,
  job: Job,
  edits: readonly Edit[],
  { message, status, requestId }: Refusal,
  held: Held | undefined,
  sent?: Values,
): Promise<void> {
  const fates = edits.map(
    ({ id }): Fate => ({ id, event: 'refuse', error: message, status, requestId, sent }),
  );
  await settle(carrier, job, edits, fates, held);
}

/** How edits end, with what Pylon holds of the record; undefined: it is read again, with what hangs on it. */
export function endingOf(
  { resource, record, facts }: Job,
  edits: readonly Edit[],
  fates: readonly Fate[],
  held: Held | undefined,
  others: Pick<Settlement, 'alsoReread' | 'gone' | 'proof'> = { alsoReread: [] },
): Outcome {
  const updates = edits.filter(({ operation }) => operation === 'update');
  return {
    ...{ is: 'told', resource, record, fates, facts, ...others },
    edited: {
      id: updates.at(-1)?.id ?? 0,
      fields: updates.flatMap(({ changes, base }) => fieldNames(resource, changes, base)),
    },
    shown: held === undefined ? undefined : { object: held.object, facts, order: held.answer.order },
  };
}

/**
 * Ends edits as `endingOf` says.
 *
 * @throws AnsweredError.
 */
export const settle = ({ ctx }: Carrier, ...ending: Parameters<typeof endingOf>): Promise<void> =>
  settleOrKeep(ctx, endingOf(...ending));

const fieldNames = (resource: Resource, changes: Values, base: Values): readonly string[] =>
  fieldsIn(changes, base, kindsOf(resource)).map(nameOf);
