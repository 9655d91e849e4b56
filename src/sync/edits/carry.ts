import type { Fate } from '../../db/edits/end.ts';
import { type Claim, type Edit, readEdits } from '../../db/edits/queue.ts';
import { readRow } from '../../db/rows.ts';
import { bodyOf, kindsOf, paramsOf } from '../../edits/body.ts';
import type { Values } from '../../edits/merge.ts';
import { ignored, type Outcome, type Plan, planUpdate } from '../../edits/plan.ts';
import { UnknownOutcomeError } from '../../errors.ts';
import { requestIdOf } from '../../pylon/answer.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Answer } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import { carryAction } from './action.ts';
import { carryCreate } from './create.ts';
import { carryDelete } from './delete.ts';
import { withGivenIds } from './depend.ts';
import {
  type Carrier,
  isRefusal,
  type Job,
  mayStillArrive,
  NoRequestError,
  NotYetError,
  prepared,
  refuse,
  settle,
  unlessArriving,
} from './job.ts';
import { isGone, postpone, type Remote, readRemote, remoteOfRecord } from './remote.ts';
import { AnsweredError, answeredIn, settleAgain } from './settling.ts';

/**
 * Carries out what waits for one record, in its order: updates that follow one another together. Whatever happens,
 * each of its edits is settled or put back.
 */
export async function carry(carrier: Carrier, claim: Claim): Promise<void> {
  const { ctx } = carrier;
  try {
    const answered = answeredIn(claim);
    if (answered === undefined) await carryOut(carrier, await jobOf(carrier, claim), claim.edits);
    else
      await putBack(
        carrier,
        claim,
        await settleAgain(ctx, claim, answered),
        0,
        `waited for edit ${answered.id}`,
      );
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    if (error instanceof AnsweredError) {
      const left = claim.edits.filter(({ id }) => !error.edits.includes(id));
      return putBack(carrier, claim, left, error.waitMs, error.message);
    }
    if (error instanceof UnknownOutcomeError) mayStillArrive(carrier, claim);
    await postpone(carrier, claim, error);
  }
}

/** Puts edits back that waited for another one of their record: nothing was tried. */
async function putBack(
  carrier: Carrier,
  { resource, record }: Claim,
  edits: readonly Edit[],
  waitMs: number,
  why: string,
): Promise<void> {
  if (edits.length > 0) await postpone(carrier, { resource, record, edits }, new NotYetError(waitMs, why));
}

/** What a request for the record takes: of one that is not in the table, its edits say it. */
async function jobOf({ ctx }: Carrier, { resource: name, record, edits }: Claim): Promise<Job> {
  const resource = resourceNamed(name);
  const create = edits.find(({ operation }) => operation === 'create');
  const deletion = edits.find(({ operation }) => operation === 'delete');
  const row = create?.changes ?? deletion?.base ?? (await readRow(ctx.db.orm, resource.table, record)) ?? {};
  const { id: _, ...facts } = paramsOf(resource.get ?? '', record, row);
  return { resource, record, facts };
}

async function carryOut(carrier: Carrier, job: Job, claimed: readonly Edit[]): Promise<void> {
  const edits = await withGivenIds(carrier, job, claimed);
  const [first, ...others] = edits;
  if (first === undefined) return;
  if (first.operation === 'create') return carryCreate(carrier, job, [first, ...others]);
  const deletion = edits.find(({ operation }) => operation === 'delete');
  if (deletion !== undefined) return carryDelete(carrier, job, edits, deletion);
  for (const [place, group] of groupsOf(edits).entries()) {
    // As they stand now: what became of those before is what they start from.
    const left =
      place === 0
        ? group
        : await readEdits(
            carrier.ctx.db.orm,
            group.map(({ id }) => id),
          );
    const [next] = left;
    if (next === undefined) continue;
    if (next.operation === 'action') await carryAction(carrier, job, next);
    else await carryTogether(carrier, job, left);
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
    remote = await readRemote(carrier, job);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return refuse(carrier, job, edits, error, undefined);
  }
  const policyOf = (field: string) => policy(resource.name, field);
  let plan: Plan;
  let body: Values;
  try {
    [plan, body] = prepared(() => {
      const made = planUpdate(edits, remote.row, kindsOf(resource), policyOf, later);
      return [made, bodyOf(resource, made.writes, made.row)] as const;
    });
  } catch (error) {
    if (!(error instanceof NoRequestError)) throw error;
    const [only, ...others] = edits;
    if (only === undefined || others.length > 0) return carryApart(carrier, job, edits);
    const fate: Fate = { id: only.id, event: 'refuse', error: error.message };
    return settle(carrier, job, edits, [fate], remote);
  }
  if (plan.writes.length > 0 || !plan.isSeen) unlessArriving(carrier, job);
  if (plan.writes.length === 0) return settle(carrier, job, edits, fatesOf(plan), remote);
  let answer: Answer;
  try {
    answer = await pylon.request({
      ...{ method: 'PATCH', route: resource.writes?.update ?? '', params, body, signal: ctx.signal },
    });
  } catch (error) {
    if (!(error instanceof PylonError) || error.status === 401) throw error;
    if (edits.length === 1 || isGone(error)) return refuse(carrier, job, edits, error, remote, body);
    return carryApart(carrier, job, edits);
  }
  const endpoint = `PATCH ${resource.writes?.update ?? ''}`;
  let after: Remote;
  try {
    after = remoteOfRecord(job, answer, endpoint);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return refuse(carrier, job, edits, error, undefined, body);
  }
  const kept = ignored(plan.writes, after.row);
  await settle(carrier, job, edits, fatesOf(plan, { body, answer, kept }), after);
}

/** Sends edits one by one: which of them is to blame shows then. */
async function carryApart(carrier: Carrier, job: Job, edits: readonly Edit[]): Promise<void> {
  for (const [place, { id }] of edits.entries()) {
    // As it stands now: what became of the one before is what it starts from.
    const left = await readEdits(carrier.ctx.db.orm, [id]);
    if (left.length > 0) await carryTogether(carrier, job, left, edits.slice(place + 1));
  }
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
