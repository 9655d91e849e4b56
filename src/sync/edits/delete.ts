import type { Fate } from '../../db/edits/end.ts';
import { type Edit, postponeEdits } from '../../db/edits/queue.ts';
import { PylonError } from '../../pylon/errors.ts';
import { type Carrier, hasArrived, type Job, requestIdOf, unlessArriving } from './job.ts';
import { isGone, type Remote, readRemote } from './remote.ts';
import { settleOrKeep } from './settling.ts';

/** What Pylon said to a delete. */
interface Said {
  readonly endpoint: string;
  readonly status: number;
  readonly requestId: string | undefined;
}

/** How the request went: the record is gone, or why Pylon keeps it. */
async function ask({ ctx, pylon }: Carrier, { resource, record, facts }: Job): Promise<Said | PylonError> {
  const route = resource.writes?.remove ?? '';
  const endpoint = `DELETE ${route}`;
  try {
    const answer = await pylon.request({
      ...{ method: 'DELETE', route, params: { ...facts, id: record }, signal: ctx.signal },
    });
    return { endpoint, status: answer.status, requestId: requestIdOf(answer) };
  } catch (error) {
    if (!(error instanceof PylonError) || error.status === 401) throw error;
    return isGone(error) ? { endpoint, status: error.status, requestId: error.requestId } : error;
  }
}

/** What Pylon holds of the record; that it is gone; undefined where it would not say. */
async function lookUp(carrier: Carrier, job: Job): Promise<Remote | Said | undefined> {
  try {
    return await readRemote(carrier, job);
  } catch (error) {
    if (!(error instanceof PylonError) || error.status === 401) throw error;
    const { endpoint, status, requestId } = error;
    return isGone(error) ? { endpoint, status, requestId } : undefined;
  }
}

/**
 * Deletes a record in Pylon. Its edits from before are void with that, and go on where Pylon refuses. After an attempt
 * of which nobody knows what it did, the record is looked for first.
 */
export async function carryDelete(
  carrier: Carrier,
  job: Job,
  edits: readonly Edit[],
  deletion: Edit,
): Promise<void> {
  if (deletion.attempts > 1) {
    const found = await lookUp(carrier, job);
    if (found !== undefined && 'status' in found) return settle(carrier, job, deletion, found);
    unlessArriving(carrier, job);
  }
  const said = await ask(carrier, job);
  if (said instanceof PylonError) return undo(carrier, job, edits, deletion, said);
  return settle(carrier, job, deletion, said);
}

async function settle(
  carrier: Carrier,
  job: Job,
  { id, actor }: Edit,
  { endpoint, status, requestId }: Said,
): Promise<void> {
  const { resource, record } = job;
  hasArrived(carrier, job);
  const { ctx } = carrier;
  const evidence = {
    ...{ edit: id, deleted_by: actor, confirmed_by: endpoint, status },
    ...(requestId === undefined ? {} : { request_id: requestId }),
  };
  // Whatever was answered before this moment is older than the end of the record.
  const answered = ctx.lease.nextOrder();
  const proof = { asked: answered, answered, scan: null, evidence };
  const fate: Fate = { id, event: 'settle', status, requestId };
  await settleOrKeep(ctx, { is: 'deleted', resource, record, fate, proof });
}

async function undo(
  carrier: Carrier,
  job: Job,
  edits: readonly Edit[],
  { id }: Edit,
  { message, status, requestId }: PylonError,
): Promise<void> {
  const { ctx } = carrier;
  const { resource, record, facts } = job;
  const fate: Fate = { id, event: 'refuse', error: message, status, requestId };
  // Should Pylon not answer, the row comes back as it was, and is read again.
  const found = await lookUp(carrier, job).catch(() => undefined);
  const shown =
    found === undefined || 'status' in found
      ? undefined
      : { object: found.object, facts, order: found.answer.order };
  await settleOrKeep(ctx, { is: 'not deleted', resource, record, fate, shown, facts });
  const others = edits.filter((edit) => edit.id !== id).map((edit) => edit.id);
  if (others.length > 0)
    await postponeEdits(ctx.db, ctx.lease, others, {
      waitMs: 0,
      lostMs: undefined,
      isEarly: false,
      error: 'the record was to be deleted',
    });
}
