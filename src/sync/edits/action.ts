import { type Edit, noteSent } from '../../db/edits/queue.ts';
import { ageOf } from '../../db/edits/sending.ts';
import type { EditOutcome } from '../../db/settle/end.ts';
import type { Settlement } from '../../db/settle/settle.ts';
import { type Action, actionNamed, requestOf } from '../../edits/actions.ts';
import type { Values } from '../../edits/merge.ts';
import { withoutTags } from '../../edits/tags.ts';
import { UnknownOutcomeError } from '../../errors.ts';
import { OtherRecordError, requestIdOf, unwrapRecord } from '../../pylon/answer.ts';
import { PylonError } from '../../pylon/errors.ts';
import { pages } from '../../pylon/pages/pages.ts';
import type { Answer } from '../../pylon/types.ts';
import {
  assertNoInFlightRequest,
  type EditTarget,
  NoRequestError,
  type PushContext,
  prepared,
  refuse,
  settle,
} from './target.ts';

/** What can be seen of an action whose answer was lost. */
type Seen =
  | 'done'
  /** It was not, and can be sent again. */
  | 'not done'
  /** A person has to look. */
  | 'unknown';

const ids = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

const GONE = [404, 410];

/** Whether Pylon still has a record under its own id: one that was merged is answered with another, or not at all. */
async function exists({ ctx, pylon }: PushContext, route: string, id: string): Promise<boolean> {
  try {
    const answer = await pylon.request({ method: 'GET', route, params: { id }, signal: ctx.signal });
    unwrapRecord(answer, id, `GET ${route}`);
    return true;
  } catch (error) {
    if (error instanceof OtherRecordError) return false;
    if (error instanceof PylonError && GONE.includes(error.status)) return false;
    throw error;
  }
}

/** Text without markup and spaces: a server tidies both. */
const bare = (html: unknown): string => withoutTags(String(html ?? '')).replace(/\s+/g, '');

/** Milliseconds by which clocks may be apart. */
const SKEW_MS = 60_000;

/** Whether a message of the issue, as new as the edit, says what was to be said. */
async function saysIt(
  { ctx, pylon }: PushContext,
  { record }: EditTarget,
  { id, changes }: Edit,
): Promise<boolean> {
  const listing = {
    method: 'GET' as const,
    route: '/issues/{id}/messages',
    params: { id: record },
    limit: 1000,
    signal: ctx.signal,
  };
  // By the earlier of Pylon's clock and ours: a message that is taken for an older one would be said twice.
  const { earliest } = ctx.pylon.time();
  const since = earliest - (await ageOf(ctx.db.orm, id)) - SKEW_MS;
  for await (const { objects } of pages(pylon, listing))
    for (const object of objects) {
      const { timestamp, message_html } = object as Values;
      const isNew = Date.parse(String(timestamp)) >= since;
      if (isNew && bare(message_html) === bare(changes.body_html)) return true;
    }
  return false;
}

/** Looks for what an action whose answer was lost has done. */
async function look(push: PushContext, target: EditTarget, edit: Edit, { name }: Action): Promise<Seen> {
  const { changes } = edit;
  if (name === 'merge_accounts') {
    for (const id of ids(changes.ids)) if (await exists(push, '/accounts/{id}', id)) return 'not done';
    return 'done';
  }
  if (name === 'unlink_external_issue') {
    const { ctx, pylon } = push;
    const params = { id: target.record };
    const answer = await pylon.request({ method: 'GET', route: '/issues/{id}', params, signal: ctx.signal });
    const linked = unwrapRecord(answer, target.record, 'GET /issues/{id}').external_issues;
    const isLinked = (one: Values) =>
      one.source === changes.source && one.external_id === changes.external_issue_id;
    return Array.isArray(linked) && linked.some(isLinked) ? 'not done' : 'done';
  }
  const isMessage = name === 'add_note' || name === 'reply_to_issue';
  return isMessage && (await saysIt(push, target, edit)) ? 'done' : 'unknown';
}

/**
 * Of accounts that Pylon was told to merge into another one, those that it does not have any more, with the proof;
 * the others are to be read again.
 */
async function mergedOf(
  push: PushContext,
  { record }: EditTarget,
  { id, actor }: Edit,
  losers: readonly string[],
): Promise<Pick<Settlement, 'alsoReread' | 'gone' | 'proof'>> {
  const route = '/accounts/{id}';
  const gone: string[] = [];
  for (const loser of losers) {
    // What it cannot be asked for now is found gone by whatever asks next.
    const isThere = await exists(push, route, loser).catch((error: unknown) => {
      if (push.ctx.signal.aborted) throw error;
      return true;
    });
    if (!isThere) gone.push(loser);
  }
  if (gone.length === 0) return { alsoReread: losers };
  const evidence = { edit: id, deleted_by: actor, merged_into: record, confirmed_by: `GET ${route}` };
  const answered = push.ctx.lease.nextOrder();
  return {
    alsoReread: losers.filter((loser) => !gone.includes(loser)),
    gone,
    proof: { asked: answered, answered, scan: null, evidence },
  };
}

/** What is left to be done: accounts that were merged already cannot be merged again. */
async function leftOf(push: PushContext, { name }: Action, { changes, sent }: Edit): Promise<Values> {
  if (name !== 'merge_accounts' || sent === null) return changes;
  const left: string[] = [];
  for (const id of ids(changes.ids)) if (await exists(push, '/accounts/{id}', id)) left.push(id);
  return { ...changes, ids: left };
}

/**
 * Carries out an action. What must not be done twice is noted before it is sent; where its answer was lost, Pylon is
 * looked at, and a person is asked where that does not tell.
 */
export async function carryAction(push: PushContext, target: EditTarget, edit: Edit): Promise<void> {
  const { ctx, pylon } = push;
  const action = actionNamed(edit.changes.action);
  const losers = action.name === 'merge_accounts' ? ids(edit.changes.ids) : [];
  const end = async (editOutcome: Omit<EditOutcome, 'id'>, answer?: Answer) => {
    const held =
      answer !== undefined && action.answersRecord
        ? { answer, object: unwrapRecord(answer, target.record, `${action.method} ${action.route}`) }
        : undefined;
    const others =
      editOutcome.event === 'settle' ? await mergedOf(push, target, edit, losers) : { alsoReread: losers };
    return settle(push, target, [edit], [{ ...editOutcome, id: edit.id }], held, others);
  };
  if (!action.repeatable && edit.sent !== null) {
    const seen = await look(push, target, edit, action).catch((error: unknown) => {
      if (error instanceof OtherRecordError) return error;
      throw error;
    });
    if (seen instanceof OtherRecordError) return refuse(push, target, [edit], seen, undefined);
    if (seen === 'done') return end({ event: 'settle', error: 'the answer was lost, what it did was seen' });
    assertNoInFlightRequest(push, target);
    if (seen === 'unknown')
      return end({
        event: 'refuse',
        error: 'the answer was lost: it may have been done. Look in Pylon before you retry it',
      });
  }
  assertNoInFlightRequest(push, target);
  const left = await leftOf(push, action, edit);
  let request: ReturnType<typeof requestOf>;
  try {
    request = prepared(() => requestOf(action, target.record, left));
  } catch (error) {
    if (!(error instanceof NoRequestError)) throw error;
    return end({ event: 'refuse', error: error.message });
  }
  const { params, body } = request;
  if (!action.repeatable) await noteSent(ctx.db, ctx.lease, edit.id, body ?? {});
  let answer: Answer;
  try {
    const { method, route } = action;
    answer = await pylon.request({
      ...{ method, route, params, signal: ctx.signal },
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    if (error instanceof PylonError && error.status !== 401) {
      // What is to be gone, and was asked for before, is gone.
      if (action.method === 'DELETE' && GONE.includes(error.status) && edit.attempts > 1)
        return end({ event: 'settle', sent: body });
      return refuse(push, target, [edit], error, undefined, body);
    }
    const wasSent = error instanceof UnknownOutcomeError || ctx.signal.aborted;
    if (!action.repeatable && !wasSent) await noteSent(ctx.db, ctx.lease, edit.id, null);
    throw error;
  }
  try {
    await end(
      { event: 'settle', sent: body ?? {}, status: answer.status, requestId: requestIdOf(answer) },
      answer,
    );
  } catch (error) {
    if (!(error instanceof OtherRecordError)) throw error;
    await refuse(push, target, [edit], error, undefined, body);
  }
}
