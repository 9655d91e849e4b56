import { columnsIn } from '../../db/edits/overlay.ts';
import { type Claim, type Edit, postponeEdits, readEdits } from '../../db/edits/queue.ts';
import type { Fate } from '../../db/edits/settle.ts';
import { isReject, rowMapper } from '../../db/row.ts';
import { readRow } from '../../db/rows.ts';
import { bodyOf, kindsOf, paramsOf } from '../../edits/body.ts';
import { alike, type Values } from '../../edits/merge.ts';
import { ignored, type Outcome, type Plan, planUpdate } from '../../edits/plan.ts';
import { PermanentError, reasonOf, UnknownOutcomeError } from '../../errors.ts';
import { unwrapObject } from '../../pylon/answer.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Answer } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import { carryAction } from './action.ts';
import {
  arrivingMs,
  type Carrier,
  type Held,
  isPassing,
  type Job,
  mayStillArrive,
  NotYetError,
  refuse,
  requestIdOf,
  settle,
  unlessArriving,
} from './job.ts';
import { backoffMs, retrying } from './patience.ts';

const GONE = [404, 410];

/** What Pylon holds of a record, as its row would. */
export interface Remote extends Held {
  readonly row: Values;
}

/**
 * What an answer, or one object of it, says of a record.
 *
 * @throws PermanentError when it is none.
 */
export function remoteIn(
  resource: Resource,
  answer: Answer,
  object: unknown,
  facts: Readonly<Record<string, string>>,
): Remote {
  const mapped = rowMapper(resource)(object, facts);
  if (isReject(mapped)) throw new PermanentError(`Pylon answered with what is no record: ${mapped.reason}`);
  return { row: columnsIn(resource, mapped), answer, object };
}

const remoteOf = (resource: Resource, answer: Answer, facts: Job['facts']): Remote =>
  remoteIn(resource, answer, unwrapObject(answer), facts);

/**
 * Carries out what waits for one record, in its order: updates that follow one another together. Whatever happens,
 * each of its edits is settled or put back.
 */
export async function carry(carrier: Carrier, claim: Claim): Promise<void> {
  const { ctx } = carrier;
  const resource = resourceNamed(claim.resource);
  const route = resource.get ?? '';
  const row = (await readRow(ctx.db.orm, resource.table, claim.record)) ?? {};
  const { id: _, ...facts } = paramsOf(route, claim.record, row);
  const job: Job = { resource, record: claim.record, facts };
  try {
    for (const [place, group] of groupsOf(claim.edits).entries()) {
      // As they stand now: what became of those before is what they start from.
      const ids = group.map(({ id }) => id);
      const edits = place === 0 ? group : await readEdits(ctx.db.orm, ids);
      const [first] = edits;
      if (first === undefined) continue;
      if (first.operation === 'action') await carryAction(carrier, job, first);
      else await carryTogether(carrier, job, edits);
    }
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    if (error instanceof UnknownOutcomeError) mayStillArrive(carrier, claim);
    await postpone(carrier, claim, error);
  }
}

/** Carries out single edits of many records one by one, as they stand now. */
export async function carryEach(carrier: Carrier, resource: Resource, edits: readonly Edit[]): Promise<void> {
  for (const { id, record_id } of edits) {
    const left = await readEdits(carrier.ctx.db.orm, [id]);
    if (left.length > 0) await carry(carrier, { resource: resource.name, record: record_id, edits: left });
  }
}

/** Updates that follow one another, and what goes by itself. */
export function groupsOf(edits: readonly Edit[]): readonly (readonly Edit[])[] {
  const groups: Edit[][] = [];
  for (const edit of edits) {
    const last = groups.at(-1);
    if (edit.operation === 'update' && last?.[0]?.operation === 'update') last.push(edit);
    else groups.push([edit]);
  }
  return groups;
}

/** Nothing is lost by waiting: what was not done is done later, what may have been is looked at first. */
export async function postpone(
  carrier: Carrier,
  { resource, record, edits }: Claim,
  error: unknown,
): Promise<void> {
  const { ctx, requestTimeoutMs } = carrier;
  const attempts = Math.max(...edits.map((edit) => edit.attempts));
  const waitMs = Math.max(backoffMs(attempts), error instanceof NotYetError ? error.leastMs : 0);
  ctx.log.info({ resource, record, waitMs, error: reasonOf(error) }, 'edit put back: trying again');
  const ids = edits.map(({ id }) => id);
  await retrying(ctx.signal, isPassing, () => {
    const left = arrivingMs(carrier, { resource, record });
    const lostMs = left > 0 ? requestTimeoutMs - left : undefined;
    return postponeEdits(ctx.db, ctx.lease, ids, { waitMs, error: reasonOf(error), lostMs });
  });
}

/** Sends edits in one request; where Pylon refuses them together, one by one, so that it is known which it refuses. `later`: those that went with them, and follow. */
async function carryTogether(
  carrier: Carrier,
  job: Job,
  edits: readonly Edit[],
  later: readonly Edit[] = [],
): Promise<void> {
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
  const policyOf = (field: string) => policy(resource.name, field);
  const plan = planUpdate(edits, remote.row, kindsOf(resource), policyOf, later);
  if (plan.writes.length > 0 || !plan.isSeen) unlessArriving(carrier, job);
  if (plan.writes.length === 0) return settle(carrier, job, edits, fatesOf(plan), remote);
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
    for (const [place, { id }] of edits.entries()) {
      // As it stands now: what became of the one before is what it starts from.
      const left = await readEdits(ctx.db.orm, [id]);
      if (left.length > 0) await carryTogether(carrier, job, left, edits.slice(place + 1));
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
export function fatesOf({ outcomes }: Plan, sent?: Sent): readonly Fate[] {
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
