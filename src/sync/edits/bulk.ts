import type { Edit } from '../../db/edits/queue.ts';
import { readRows } from '../../db/mirror/rows.ts';
import { bodyOf, factsOf, kindsOf, paramsOf } from '../../edits/body.ts';
import { alike, changedSet, same, valueIn } from '../../edits/merge.ts';
import { type Plan, planUpdate, type Write } from '../../edits/plan.ts';
import { eachOnce } from '../../edits/tidy.ts';
import { UnknownOutcomeError } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import { pages } from '../../pylon/pages/pages.ts';
import type { Answer } from '../../pylon/types.ts';
import type { Resource } from '../../resources/define.ts';
import type { Writes } from '../../resources/writes.ts';
import { sleep } from '../../sleep.ts';
import { markInFlight } from './in-flight.ts';
import { updatedOutcome } from './outcomes.ts';
import { postpone } from './postpone.ts';
import { type Remote, remoteIn } from './remote.ts';
import { carryEach, outcomesOf } from './send.ts';
import { AnsweredError, settle } from './settle.ts';
import { type EditTarget, NoRequestError, type PushContext, prepared } from './target.ts';

type Bulk = NonNullable<Writes['bulk']>;

/**
 * Milliseconds to wait before each search for the effect: Pylon executes a bulk request some time after its answer.
 */
const LOOKS = [1_500, 8_000];

const targetOf = (resource: Resource, { record_id }: Edit, { row }: Remote): EditTarget => ({
  resource,
  record: record_id,
  facts: factsOf(resource, row),
});

/** Pages of a search by names, which others may have too, until the rest is read one by one. */
const MOST_PAGES = 5;

/**
 * Pylon's values of records, by id, from one search. Records that the search does not return are missing: those that
 * were renamed in Pylon, where it takes no ids.
 */
async function readMany(
  { ctx, pylon }: PushContext,
  resource: Resource,
  { search, by, limit }: Bulk,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Remote>> {
  const rows = await readRows(ctx.db.orm, resource.table, ids);
  const given = by === undefined ? ids : rows.flatMap(({ [by]: name }) => (name ? [String(name)] : []));
  const remotes = new Map<string, Remote>();
  if (given.length === 0) return remotes;
  const filter = { field: by ?? 'id', operator: 'in', values: [...new Set(given)] };
  const params = paramsOf(search, '', rows[0] ?? {});
  const listing = {
    ...{ method: 'POST' as const, route: search, params, arguments: { filter } },
    ...{ limit, signal: ctx.signal },
  };
  const wanted = new Set(ids);
  let left = MOST_PAGES;
  for await (const { objects, order, bytes, date } of pages(pylon, listing)) {
    for (const object of objects) {
      const answer = { status: 200, body: undefined, order, bytes, date };
      const remote = remoteIn(resource, answer, object, params);
      const id = String(remote.row.id);
      // If Pylon ignored the filter, it would return every record.
      if (wanted.has(id)) remotes.set(id, remote);
    }
    left -= 1;
    if (by !== undefined && (remotes.size === wanted.size || left === 0)) break;
  }
  return remotes;
}

/** The body of one request for all the edits. A set is written as what to add, or as what to remove. */
function bulkBody(resource: Resource, { ids, set }: Bulk, edits: readonly Edit[], writes: readonly Write[]) {
  const [edit] = edits;
  const body = { [ids]: edits.map(({ record_id }) => record_id), ...bodyOf(resource, writes, {}) };
  if (edit === undefined || set === undefined || !(set.column in body)) return body;
  const [base, wanted] = [edit.base[set.column], edit.changes[set.column]];
  const adds = eachOnce(changedSet(base, wanted, []));
  const removes = changedSet(wanted, base, []);
  return adds.length > 0
    ? { ...body, [set.column]: adds, [set.mode]: 'append_only' }
    : { ...body, [set.column]: removes, [set.mode]: 'remove_only' };
}

/** Whether a record has the written values, or what Pylon made of them. */
const shows = ({ showsField }: Resource, { row }: Remote, { writes }: Plan): boolean =>
  writes.every((write) => {
    const { kind, value, before, slug } = write;
    if (slug !== undefined && showsField?.(row, value) === true) return true;
    const now = valueIn(row, write);
    return same(kind, now, value) || (!same(kind, now, before) && alike(kind, now, value));
  });

/**
 * Sends the same change of many records: compares the records in one search, writes them in one request and reads
 * them back. Sends an edit on its own if it conflicts, if the search did not return its record, or if the request had
 * no effect on it.
 *
 * @throws the signal's reason; errors of the database when edits cannot even be put back.
 */
export async function carryBulk(
  push: PushContext,
  resource: Resource,
  edits: readonly Edit[],
): Promise<void> {
  const { ctx, pylon, policy } = push;
  const bulk = resource.writes?.bulk;
  if (bulk === undefined) return;
  const kinds = kindsOf(resource);
  let open: readonly Edit[] = edits;
  /** The edits of the bulk request. Pylon may still execute those that the read-back leaves open. */
  let sent: readonly Edit[] = [];
  const noteSent = () => {
    for (const edit of sent)
      if (open.includes(edit)) markInFlight(push, { resource: resource.name, record: edit.record_id });
  };
  try {
    const remotes = await readMany(
      push,
      resource,
      bulk,
      edits.map(({ record_id }) => record_id),
    );
    const plans = new Map<number, Plan>();
    for (const edit of edits) {
      const remote = remotes.get(edit.record_id);
      if (remote === undefined) continue;
      const plan = planOf(edit, remote.row, kinds, (field) => policy(resource.name, field));
      // An edit that cannot be planned is refused when it is sent on its own.
      if (plan === undefined) continue;
      plans.set(edit.id, plan);
      if (plan.writes.length > 0) continue;
      await settleOne(push, resource, edit, outcomesOf(plan), remote);
      open = open.filter(({ id }) => id !== edit.id);
    }
    const isWhole = ({ id }: Edit) => {
      const outcome = plans.get(id)?.outcomes[0];
      return outcome !== undefined && outcome.conflicting.length + outcome.lost.length === 0;
    };
    const together = open.filter(isWhole);
    // One body for all: an edit goes along only if it needs to write the same fields.
    const writes = [...(plans.get(together[0]?.id ?? 0)?.writes ?? [])];
    const names = writes.map(({ column, slug }) => `${column} ${slug}`).join();
    const alike = together.filter(
      ({ id }) =>
        plans
          .get(id)
          ?.writes.map(({ column, slug }) => `${column} ${slug}`)
          .join() === names,
    );
    if (alike.length > 1) {
      const body = prepared(() => bulkBody(resource, bulk, alike, writes));
      sent = alike;
      const row = remotes.get(alike[0]?.record_id ?? '')?.row ?? {};
      const params = paramsOf(bulk.path, '', row);
      const request = { method: 'PATCH' as const, route: bulk.path, params, body, signal: ctx.signal };
      const answer = await pylon.request(request).catch((error: unknown) => {
        if (!(error instanceof UnknownOutcomeError)) sent = [];
        throw error;
      });
      open = await readBack(push, resource, { bulk, alike, plans, body, answer }, open);
      noteSent();
    }
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    noteSent();
    // After a refusal, sending the edits one by one shows which of them Pylon refuses.
    if (!(error instanceof PylonError || error instanceof NoRequestError)) {
      for (const edit of open)
        await postpone(push, { resource: resource.name, record: edit.record_id, edits: [edit] }, error);
      return;
    }
  }
  await carryEach(push, resource, open);
}

function planOf(edit: Edit, ...given: DropFirst<Parameters<typeof planUpdate>>): Plan | undefined {
  try {
    return prepared(() => planUpdate([edit], ...given));
  } catch (error) {
    if (error instanceof NoRequestError) return undefined;
    throw error;
  }
}

type DropFirst<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Rest] ? Rest : never;

/**
 * Settles one of the edits. If its outcome cannot be stored, `settle` saves the outcome with the edit, and the others
 * go on.
 */
async function settleOne(
  push: PushContext,
  resource: Resource,
  edit: Edit,
  editOutcomes: ReturnType<typeof outcomesOf>,
  remote: Remote,
): Promise<void> {
  try {
    await settle(push.ctx, updatedOutcome(targetOf(resource, edit, remote), [edit], editOutcomes, remote));
  } catch (error) {
    if (!(error instanceof AnsweredError)) throw error;
  }
}

interface Sent {
  readonly bulk: Bulk;
  readonly alike: readonly Edit[];
  readonly plans: ReadonlyMap<number, Plan>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly answer: Answer;
}

/** Settles the edits whose effect a search shows. Returns the rest of `open`. */
async function readBack(
  push: PushContext,
  resource: Resource,
  { bulk, alike, plans, body, answer }: Sent,
  open: readonly Edit[],
): Promise<readonly Edit[]> {
  const { [bulk.ids]: _, ...sent } = body;
  let waiting = alike;
  let left = open;
  for (const waitMs of LOOKS) {
    if (waiting.length === 0) break;
    await sleep(waitMs, push.ctx.signal);
    const remotes = await readMany(
      push,
      resource,
      bulk,
      waiting.map(({ record_id }) => record_id),
    );
    for (const edit of waiting) {
      const [remote, plan] = [remotes.get(edit.record_id), plans.get(edit.id)];
      if (remote === undefined || plan === undefined || !shows(resource, remote, plan)) continue;
      const editOutcomes = outcomesOf(plan, { body: sent, answer, ignored: [] });
      await settleOne(push, resource, edit, editOutcomes, remote);
      left = left.filter(({ id }) => id !== edit.id);
    }
    waiting = waiting.filter(({ id }) => left.some((edit) => edit.id === id));
  }
  return left;
}
