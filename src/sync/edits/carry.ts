import { columnsIn } from '../../db/edits/overlay.ts';
import { type Claim, type Edit, postponeEdits, readEdits } from '../../db/edits/queue.ts';
import { type Fate, type Settlement, settleEdits } from '../../db/edits/settle.ts';
import { isReject, rowMapper } from '../../db/row.ts';
import { readRow } from '../../db/rows.ts';
import { isLockHeld, sqlState } from '../../db/sql-state.ts';
import { bodyOf, kindsOf, paramsOf } from '../../edits/body.ts';
import type { PolicyFor } from '../../edits/conflicts.ts';
import { alike, type Values } from '../../edits/merge.ts';
import { ignored, type Outcome, type Plan, planUpdate } from '../../edits/plan.ts';
import { PermanentError, reasonOf, TransientError, UnknownOutcomeError } from '../../errors.ts';
import { unwrapObject } from '../../pylon/answer.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Answer, Pylon } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
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

const GONE = [404, 410];

/** What Pylon holds of a record, as its row would. */
interface Remote {
  readonly row: Values;
  readonly answer: Answer;
  readonly object: unknown;
}

function remoteOf(resource: Resource, answer: Answer, facts: Readonly<Record<string, string>>): Remote {
  const object = unwrapObject(answer);
  const mapped = rowMapper(resource)(object, facts);
  if (isReject(mapped)) throw new PermanentError(`Pylon answered with what is no record: ${mapped.reason}`);
  return { row: columnsIn(resource, mapped), answer, object };
}

/** One record's edits on their way. */
interface Job {
  readonly resource: Resource;
  readonly record: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** Carries out what waits for one record: whatever happens, each of its edits is settled or put back. */
export async function carry(carrier: Carrier, claim: Claim): Promise<void> {
  const { ctx } = carrier;
  const resource = resourceNamed(claim.resource);
  const route = resource.get ?? '';
  const row = (await readRow(ctx.db.orm, resource.table, claim.record)) ?? {};
  const { id: _, ...facts } = paramsOf(route, claim.record, row);
  const job: Job = { resource, record: claim.record, facts };
  try {
    await carryTogether(carrier, job, claim.edits);
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    if (error instanceof UnknownOutcomeError)
      carrier.mayArrive.set(keyOf(job), performance.now() + carrier.requestTimeoutMs);
    await postpone(carrier, claim.edits, error);
  }
}

const keyOf = ({ resource, record }: Job): string => `${resource.name} ${record}`;

/** Milliseconds for which a request whose answer was lost may still take effect: nothing is sent again before. */
function stillArriving({ mayArrive }: Carrier, job: Job): number {
  const left = (mayArrive.get(keyOf(job)) ?? 0) - performance.now();
  if (left <= 0) mayArrive.delete(keyOf(job));
  return Math.max(0, left);
}

/** Nothing is lost by waiting: what was not done is done later, what may have been is looked at first. */
async function postpone(
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
const isPassing = (error: unknown): boolean => isLockHeld(error) || sqlState(error) === '40P01';

/** Sends edits in one request; where Pylon refuses them together, one by one, so that it is known which it refuses. */
async function carryTogether(carrier: Carrier, job: Job, edits: readonly Edit[]): Promise<void> {
  const { ctx, pylon, policy } = carrier;
  const { resource, record, facts } = job;
  const params = { ...facts, id: record };
  let remote: Remote;
  try {
    const answer = await pylon.request({
      method: 'GET',
      route: resource.get ?? '',
      params,
      signal: ctx.signal,
    });
    remote = remoteOf(resource, answer, facts);
  } catch (error) {
    if (!(error instanceof PylonError) || error.status === 401) throw error;
    return refuse(carrier, job, edits, error, undefined);
  }
  const plan = planUpdate(edits, remote.row, kindsOf(resource), (field) => policy(resource.name, field));
  if (plan.writes.length === 0) return settle(carrier, job, edits, fatesOf(plan), remote);
  const arriving = stillArriving(carrier, job);
  if (arriving > 0) {
    const error = new TransientError('an earlier request may still be on its way');
    return postpone(carrier, edits, error, arriving);
  }
  const body = bodyOf(resource, plan.writes, plan.row);
  let answer: Answer;
  try {
    answer = await pylon.request({
      ...{ method: 'PATCH', route: resource.writes?.update ?? '', params, body, signal: ctx.signal },
    });
  } catch (error) {
    if (!(error instanceof PylonError) || error.status === 401) throw error;
    if (edits.length === 1 || GONE.includes(error.status))
      return refuse(carrier, job, edits, error, remote, body);
    for (const { id } of edits) {
      // As it stands now: what became of the one before is what it starts from.
      const left = await readEdits(ctx.db.orm, [id]);
      if (left.length > 0) await carryTogether(carrier, job, left);
    }
    return;
  }
  const after = remoteOf(resource, answer, facts);
  const kept = ignored(plan.writes, after.row, alike);
  await settle(carrier, job, edits, fatesOf(plan, { body, answer, kept }), after);
}

interface Sent {
  readonly body: Values;
  readonly answer: Answer;
  /** Fields that Pylon left as they were. */
  readonly kept: readonly string[];
}

const names = (list: readonly string[]) => list.join(', ');

/** How each edit ends, once what was written is seen. */
function fatesOf({ outcomes }: Plan, sent?: Sent): readonly Fate[] {
  return outcomes.map((outcome): Fate => {
    const { id, held, lost, replaced, kept, remote } = outcome;
    const common = {
      ...{ id, remote },
      ...(sent === undefined || kept.length === 0
        ? {}
        : { sent: sent.body, status: sent.answer.status, requestId: requestIdOf(sent.answer) }),
    };
    const refused = kept.filter((name) => sent?.kept.includes(name));
    if (refused.length > 0)
      return {
        ...common,
        event: 'refuse',
        error: `Pylon took the request and left ${names(refused)} as it was`,
      };
    if (held.length > 0)
      return { ...common, event: 'hold', held, error: `changed here and in Pylon: ${names(held)}` };
    if (kept.length > 0 || replaced.length + lost.length === 0)
      return { ...common, event: 'settle', error: noteOf(outcome) };
    return { ...common, event: 'discard', error: noteOf(outcome) };
  });
}

function noteOf({ lost, replaced }: Outcome): string | undefined {
  const notes = [
    ...(lost.length > 0 ? [`changed in Pylon too, whose value stands: ${names(lost)}`] : []),
    ...(replaced.length > 0 ? [`superseded by a later edit: ${names(replaced)}`] : []),
  ];
  return notes.length === 0 ? undefined : notes.join('; ');
}

function requestIdOf({ body }: Answer): string | undefined {
  const id = (body as { readonly request_id?: unknown } | undefined)?.request_id;
  return typeof id === 'string' ? id : undefined;
}

/** Pylon will not have it: the row goes back to what Pylon holds. */
async function refuse(
  carrier: Carrier,
  job: Job,
  edits: readonly Edit[],
  { message, status, requestId }: PylonError,
  remote: Remote | undefined,
  sent?: Values,
): Promise<void> {
  const fates = edits.map(
    ({ id }): Fate => ({ id, event: 'refuse', error: message, status, requestId, sent }),
  );
  await settle(carrier, job, edits, fates, remote);
}

async function settle(
  { ctx }: Carrier,
  { resource, record, facts }: Job,
  edits: readonly Edit[],
  fates: readonly Fate[],
  remote: Remote | undefined,
): Promise<void> {
  const newest = edits.at(-1);
  const fields = edits.flatMap(({ changes }) => Object.keys(changes));
  const settlement: Settlement = {
    ...{ resource, record, fates, facts },
    edited: { id: newest?.id ?? 0, fields },
    shown: remote === undefined ? undefined : { object: remote.object, facts, order: remote.answer.order },
  };
  // What Pylon said is known: only a row that somebody holds can be in the way.
  await retrying(ctx.signal, isPassing, () => settleEdits(ctx.db, ctx.lease, ctx.doubts, settlement));
}
