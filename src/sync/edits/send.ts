import { type Claim, type Edit, readEdits } from '../../db/edits/queue.ts';
import { readRow } from '../../db/mirror/rows.ts';
import type { EditOutcome } from '../../db/settle/end.ts';
import { makingOf } from '../../edits/actions.ts';
import { bodyOf, factsOf, kindsOf } from '../../edits/body.ts';
import type { Values } from '../../edits/merge.ts';
import { ignored, type Outcome, type Plan, planUpdate } from '../../edits/plan.ts';
import { reasonOf, UnknownOutcomeError } from '../../errors.ts';
import { requestIdOf } from '../../pylon/answer.ts';
import { isGone, PylonError } from '../../pylon/errors.ts';
import type { Answer } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import { carryAction } from './action.ts';
import { carryCreate } from './create.ts';
import { carryDelete } from './delete.ts';
import { resolveProvisionalIds } from './dependencies.ts';
import { assertNoInFlightRequest, markInFlight, NotYetError } from './in-flight.ts';
import { carryMaking } from './make.ts';
import { refusedOutcome, updatedOutcome } from './outcomes.ts';
import { postpone } from './postpone.ts';
import { isRefusal, type Remote, readRemote, remoteOfRecord } from './remote.ts';
import { AnsweredError, settle, settleAgain } from './settle.ts';
import { type EditTarget, NoRequestError, type PushContext, prepared } from './target.ts';

/**
 * Sends the claimed edits of one record in their order, consecutive updates in one request. Settles each edit, or
 * puts it back if sending or settling it fails.
 *
 * @throws the signal's reason, after which the edits stay claimed until the next process requeues them; errors of the
 * database when edits cannot even be put back.
 */
export async function carry(push: PushContext, claim: Claim): Promise<void> {
  const { ctx } = push;
  try {
    const answered = claim.edits.find(({ answer }) => answer !== null);
    if (answered === undefined) return await carryOut(push, await targetOf(push, claim), claim.edits);
    const left = await settleAgain(ctx, claim, answered);
    await postpone(push, { ...claim, edits: left }, new NotYetError(0, `waited for edit ${answered.id}`));
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    if (error instanceof AnsweredError) {
      const left = claim.edits.filter(({ id }) => !error.edits.includes(id));
      return postpone(push, { ...claim, edits: left }, new NotYetError(error.waitMs, error.message));
    }
    if (error instanceof UnknownOutcomeError) markInFlight(push, claim, { reason: reasonOf(error) });
    await postpone(push, claim, error);
  }
}

/**
 * The record with the parameters of its routes. They come from the create or the DELETE if there is one, otherwise
 * from the row, which is not read where the id is the only one.
 */
async function targetOf({ ctx }: PushContext, { resource: name, record, edits }: Claim): Promise<EditTarget> {
  const resource = resourceNamed(name);
  const create = edits.find(({ operation }) => operation === 'create');
  const deletion = edits.find(({ operation }) => operation === 'delete');
  const given = create?.changes ?? deletion?.base;
  const facts = factsOf(resource, given ?? {});
  if (given !== undefined || Object.keys(facts).length === 0) return { resource, record, facts };
  const row = (await readRow(ctx.db.orm, resource.table, record)) ?? {};
  return { resource, record, facts: factsOf(resource, row) };
}

/** Reads claimed edits of a record again, as `resolveProvisionalIds` returns them. */
const readAgain = async (push: PushContext, target: EditTarget, ids: readonly number[]) =>
  resolveProvisionalIds(push, target, await readEdits(push.ctx.db.orm, ids));

async function carryOut(push: PushContext, target: EditTarget, claimed: readonly Edit[]): Promise<void> {
  const edits = await resolveProvisionalIds(push, target, claimed);
  const [first, ...others] = edits;
  if (first === undefined) return;
  if (makingOf(first) !== undefined) return carryMaking(push, target, [first, ...others]);
  if (first.operation === 'create') return carryCreate(push, target, [first, ...others]);
  const deletion = edits.find(({ operation }) => operation === 'delete');
  if (deletion !== undefined) return carryDelete(push, target, edits, deletion);
  for (const [place, group] of groupsOf(edits).entries()) {
    // Read again: settling the earlier groups may have changed the base of these edits.
    const left =
      place === 0
        ? group
        : await readAgain(
            push,
            target,
            group.map(({ id }) => id),
          );
    const [next] = left;
    if (next === undefined) continue;
    if (next.operation === 'action') await carryAction(push, target, next);
    else await carryTogether(push, target, left);
  }
}

/**
 * Sends edits of different records one after the other, each read again before. Skips those that are not claimed any
 * more.
 */
export async function carryEach(
  push: PushContext,
  resource: Resource,
  edits: readonly Edit[],
): Promise<void> {
  for (const { id, record_id } of edits) {
    const left = await readEdits(push.ctx.db.orm, [id]);
    if (left.length > 0) await carry(push, { resource: resource.name, record: record_id, edits: left });
  }
}

/** Groups the edits of a record by request: consecutive updates together, any other edit alone. */
export function groupsOf(edits: readonly Edit[]): readonly (readonly Edit[])[] {
  const groups: Edit[][] = [];
  for (const edit of edits) {
    const last = groups.at(-1);
    if (edit.operation === 'update' && last?.[0]?.operation === 'update') last.push(edit);
    else groups.push([edit]);
  }
  return groups;
}

/**
 * Sends updates of one record in one request and settles them. If Pylon refuses them together, sends them one by one,
 * which shows which of them it refuses. `later`: edits that an earlier attempt sent together with these, and that
 * follow on their own.
 */
async function carryTogether(
  push: PushContext,
  target: EditTarget,
  edits: readonly Edit[],
  later: readonly Edit[] = [],
): Promise<void> {
  const { ctx, pylon, policy } = push;
  const { resource, record, facts } = target;
  const params = { ...facts, id: record };
  let remote: Remote;
  try {
    remote = await readRemote(push, target);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return settle(ctx, refusedOutcome(target, edits, error, undefined));
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
    if (only === undefined || others.length > 0) return carryApart(push, target, edits);
    const editOutcome: EditOutcome = { id: only.id, event: 'refuse', error: error.message };
    return settle(ctx, updatedOutcome(target, edits, [editOutcome], remote));
  }
  if (plan.writes.length > 0 || !plan.isSeen) assertNoInFlightRequest(push, target);
  if (plan.writes.length === 0) return settle(ctx, updatedOutcome(target, edits, outcomesOf(plan), remote));
  let answer: Answer;
  try {
    answer = await pylon.request({
      ...{ method: 'PATCH', route: resource.writes?.update ?? '', params, body, signal: ctx.signal },
    });
  } catch (error) {
    if (!(error instanceof PylonError) || error.status === 401) throw error;
    if (edits.length === 1 || isGone(error))
      return settle(ctx, refusedOutcome(target, edits, error, remote, body));
    return carryApart(push, target, edits);
  }
  const endpoint = `PATCH ${resource.writes?.update ?? ''}`;
  let after: Remote;
  try {
    after = remoteOfRecord(target, answer, endpoint);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return settle(ctx, refusedOutcome(target, edits, error, undefined, body));
  }
  const left = ignored(plan.writes, after.row, target.resource.showsField);
  await settle(ctx, updatedOutcome(target, edits, outcomesOf(plan, { body, answer, ignored: left }), after));
}

/** Sends edits one by one, to find those that Pylon refuses. */
async function carryApart(push: PushContext, target: EditTarget, edits: readonly Edit[]): Promise<void> {
  for (const [place, { id }] of edits.entries()) {
    // Read again: settling the one before may have changed its base.
    const left = await readAgain(push, target, [id]);
    if (left.length > 0) await carryTogether(push, target, left, edits.slice(place + 1));
  }
}

interface Sent {
  readonly body: Values;
  readonly answer: Answer;
  /** Fields that Pylon left unchanged although the request wrote them. */
  readonly ignored: readonly string[];
}

const names = (list: readonly string[]) => list.join(', ');

/** Converts a plan to the outcome of each edit. `sent`: the request and its answer, if the plan needed one. */
export function outcomesOf({ outcomes }: Plan, sent?: Sent): readonly EditOutcome[] {
  return outcomes.map((outcome): EditOutcome => {
    const { id, conflicting, lost, replaced, settled, remote } = outcome;
    const common = {
      ...{ id, remote },
      ...(sent === undefined || settled.length === 0
        ? {}
        : { sent: sent.body, status: sent.answer.status, requestId: requestIdOf(sent.answer) }),
    };
    const refused = settled.filter((name) => sent?.ignored.includes(name));
    if (refused.length > 0)
      return {
        ...common,
        event: 'refuse',
        error: `Pylon took the request and left ${names(refused)} as it was`,
      };
    if (conflicting.length > 0)
      return {
        ...common,
        event: 'hold',
        conflicting,
        error: `changed here and in Pylon: ${names(conflicting)}`,
      };
    if (settled.length > 0 || replaced.length + lost.length === 0)
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
