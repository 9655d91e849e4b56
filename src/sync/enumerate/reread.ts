import { writing } from '../../db/lease/transaction.ts';
import { dropRereads, type Reread, readRereads } from '../../db/mirror/rereads.ts';
import type { Item } from '../../db/mirror/store.ts';
import { retryGone } from '../../db/progress/reads.ts';
import { PermanentError, reasonOf, TransientError } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import { childrenOf } from '../../resources/index.ts';
import { sleep } from '../../sleep.ts';
import { askOrProve } from '../deletions/single.ts';
import type { Gathering } from '../lib/gathering.ts';
import { mapSettled } from '../lib/map-settled.ts';
import { noteUnsettled } from '../pass/context.ts';
import { type KeptTogether, keepTogether } from '../pass/keep-together.ts';
import type { Pass } from '../pass/pass.ts';

/** Records fetched concurrently. */
const SIDE_BY_SIDE = 6;

/**
 * Fetches, one by one, the records that this or an earlier pass could not store: their rows were locked, or their
 * answers overlapped so that the order is unknown.
 *
 * @throws TransientError naming the rows that are left after the last round.
 */
export async function rereadLeft(pass: Pass): Promise<void> {
  const { db, lockedPauses } = pass.ctx;
  const { name, get } = pass.resource;
  let reasons: ReadonlyMap<string, string> = new Map();
  for (const pause of lockedPauses) {
    const left = await readRereads(db.orm, name, { reason: 'held' });
    if (left.length === 0) return;
    if (get === undefined) break;
    await sleep(pause, pass.signal);
    reasons = await rereadEach(pass, get, left);
  }
  const left = await readRereads(db.orm, name, { reason: 'held' });
  if (left.length === 0) return;
  const why = left.slice(0, 5).map(({ id }) => `${id} (${reasons.get(id) ?? LOCKED})`);
  throw new TransientError(`${left.length} rows could not be brought up to date: ${why.join(', ')}`);
}

const LOCKED = 'locked by another transaction';

/** An answer, and what it was fetched for. */
interface Fetched extends Item {
  readonly reread: Reread;
}

/**
 * Fetches each record once, several side by side, and stores together what has come. Those stored leave
 * `pylon_sync.rereads` in the transaction of their rows; the others are returned with the reason. Children that Pylon
 * did not know are due once more if their parent is among those stored.
 *
 * @throws an error that concerns more than one record.
 */
export async function rereadEach(
  pass: Pass,
  get: string,
  which: readonly Reread[],
): Promise<ReadonlyMap<string, string>> {
  const left = new Map<string, string>();
  /** Children that Pylon did not know when they were last requested: their parents exist. */
  const retried: { readonly resource: string; readonly parent: string }[] = [];
  const children = childrenOf(pass.resource).filter(
    ({ pull }) => pull.by === 'parent' && pull.mark !== undefined,
  );
  const answers = keepTogether<Fetched>(pass, async (tx, whole) => {
    const which = whole.map(({ reread }) => reread);
    await dropRereads(tx, pass.resource.name, which);
    const ids = which.map(({ id }) => id);
    for (const one of await retryGone(tx, children, ids)) retried.push(one);
  });
  const failed = await mapSettled(SIDE_BY_SIDE, which, pass.signal, async (reread) => {
    if (!(await readAgain(pass, get, reread, answers))) left.set(reread.id, LOCKED);
  });
  for (const [{ id }, error] of failed) left.set(id, reasonOf(error));
  for (const { resource, parent } of retried) noteUnsettled(pass.ctx, resource, parent);
  pass.step('read rows again');
  return left;
}

/** Returns false if the row is locked. */
async function readAgain(
  pass: Pass,
  get: string,
  reread: Reread,
  answers: Gathering<Fetched, KeptTogether>,
): Promise<boolean> {
  const { db, lease } = pass.ctx;
  const { id, facts } = reread;
  const arrived = answers.expect();
  try {
    const said = await askOrProve(pass, get, id, strings(facts));
    if (said.is === 'there') {
      const batch = pass.batch([said.object], facts, said.answer.order);
      const kept = answers.add({ batch, reread });
      arrived();
      const outcome = await kept;
      return outcome.is === 'kept' && outcome.deferred.length === 0;
    }
  } catch (error) {
    if (pass.signal.aborted || !isNoId(error)) throw error;
    pass.ctx.log.warn({ resource: pass.resource.name, id, error }, 'record could not be read again');
  } finally {
    arrived();
  }
  await writing(db, lease, (tx) => dropRereads(tx, pass.resource.name, [reread]));
  return true;
}

/** Whether Pylon rejects the id itself, perhaps one from a webhook's hint: there is nothing to wait for. */
const isNoId = (error: unknown) =>
  error instanceof PylonError ? error.status === 400 : error instanceof PermanentError;

const strings = (facts: Reread['facts']) =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)]));
