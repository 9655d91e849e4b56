import type { Edit } from '../../db/edits/queue.ts';
import type { EditOutcome } from '../../db/settle/end.ts';
import type { Outcome } from '../../db/settle/outcome.ts';
import type { Settlement } from '../../db/settle/settle.ts';
import { kindsOf } from '../../edits/body.ts';
import type { PolicyFor } from '../../edits/conflicts.ts';
import { fieldsIn, nameOf, type Values } from '../../edits/merge.ts';
import { PermanentError, reasonOf, TransientError } from '../../errors.ts';
import { OtherRecordError } from '../../pylon/answer.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Answer, Pylon } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';
import type { Context } from '../pass/context.ts';
import { settleOrKeep } from './settling.ts';

/** What carrying edits needs beside the context. */
export interface PushContext {
  readonly ctx: Context;
  readonly pylon: Pylon;
  readonly policy: PolicyFor;
  /** How long a request may be on its way, milliseconds. */
  readonly requestTimeoutMs: number;
  /** Until when a request whose answer was lost may still take effect (`performance.now()`), by record. */
  readonly inFlight: Map<string, number>;
}

/** One record's edits on their way. */
export interface EditTarget {
  readonly resource: Resource;
  readonly record: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** What Pylon holds of a record. */
export interface RemoteObject {
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
export function markInFlight(
  { inFlight, requestTimeoutMs }: PushContext,
  named: Named,
  ms = requestTimeoutMs,
): void {
  inFlight.set(keyOf(named), performance.now() + ms);
}

/** For how many milliseconds an earlier request for a record may still take effect. */
export function inFlightMs({ inFlight }: PushContext, named: Named): number {
  const left = (inFlight.get(keyOf(named)) ?? 0) - performance.now();
  if (left <= 0) inFlight.delete(keyOf(named));
  return Math.max(0, left);
}

/**
 * To be called before anything is sent for a record.
 *
 * @throws NotYetError while an earlier request whose answer was lost may still take effect.
 */
export function assertNoInFlightRequest(push: PushContext, { resource, record }: EditTarget): void {
  const left = inFlightMs(push, { resource: resource.name, record });
  if (left > 0) throw new NotYetError(left);
}

/** Nothing that was sent for a record is under way any more. */
export function clearInFlight({ inFlight }: PushContext, { resource, record }: EditTarget): void {
  inFlight.delete(keyOf({ resource: resource.name, record }));
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
  push: PushContext,
  target: EditTarget,
  edits: readonly Edit[],
  { message, status, requestId }: Refusal,
  held: RemoteObject | undefined,
  sent?: Values,
): Promise<void> {
  const editOutcomes = edits.map(
    ({ id }): EditOutcome => ({ id, event: 'refuse', error: message, status, requestId, sent }),
  );
  await settle(push, target, edits, editOutcomes, held);
}

/** How edits end, with what Pylon holds of the record; undefined: it is read again, with what hangs on it. */
export function settlementOf(
  { resource, record, facts }: EditTarget,
  edits: readonly Edit[],
  editOutcomes: readonly EditOutcome[],
  held: RemoteObject | undefined,
  others: Pick<Settlement, 'alsoReread' | 'gone' | 'proof'> = { alsoReread: [] },
): Outcome {
  const updates = edits.filter(({ operation }) => operation === 'update');
  return {
    ...{ is: 'told', resource, record, editOutcomes, facts, ...others },
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
export const settle = ({ ctx }: PushContext, ...ending: Parameters<typeof settlementOf>): Promise<void> =>
  settleOrKeep(ctx, settlementOf(...ending));

const fieldNames = (resource: Resource, changes: Values, base: Values): readonly string[] =>
  fieldsIn(changes, base, kindsOf(resource)).map(nameOf);
