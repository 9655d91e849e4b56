import { isRowLocked } from '../../db/connection/sql-state.ts';
import { writing } from '../../db/lease/transaction.ts';
import { readCreated } from '../../db/mirror/rows.ts';
import { markDeleted } from '../../db/mirror/tombstones.ts';
import { PylonError } from '../../pylon/errors.ts';
import { pages } from '../../pylon/pages/pages.ts';
import { fieldsOf, idText } from '../../resources/fields.ts';
import { all, filterIgnored, instantIn, time } from '../pass/filters.ts';
import type { Pass } from '../pass/pass.ts';
import { checkDeletionGuard, passesDeletionGuard } from './count-deletions.ts';
import { type Lookup, lookUp } from './look-up.ts';

/** Milliseconds to search before and after the second in which a record was created. */
const AROUND = 2_000;

/**
 * Fetches one record. If Pylon does not know it, proves that it is gone and marks it, as far as this can be done at
 * once.
 */
export function askOrProve(
  pass: Pass,
  get: string,
  id: string,
  facts: Readonly<Record<string, string>>,
): Promise<Lookup> {
  return pass.ctx.pendingDeletions.during(pass.resource.name, [id], async () => {
    const said = await lookUp(pass, get, id, facts);
    if (said.is === 'gone') await proveGone(pass, id, facts, said);
    return said;
  });
}

/**
 * Proves that a record is gone which Pylon no longer knows by its id: a search for what was created around the same
 * second must miss it too. Where no search filters by creation time, the next complete listing decides. Returns false
 * if nothing was proved.
 */
async function proveGone(
  pass: Pass,
  id: string,
  facts: Readonly<Record<string, string>>,
  { words, asked }: Extract<Lookup, { is: 'gone' }>,
): Promise<boolean> {
  const { ctx, resource } = pass;
  const { changes, table } = resource;
  if (changes === undefined || !('created_at' in table)) return false;
  const created = await readCreated(ctx.db.orm, table, id);
  if (created === undefined) return false;
  const [from, to] = [created - AROUND, created + AROUND];
  const filter = all([time('created_at', 'time_is_after', from), time('created_at', 'time_is_before', to)]);
  const listing = {
    method: 'POST',
    route: changes.path,
    params: facts,
    arguments: { filter },
    limit: changes.limit,
    signal: pass.signal,
  } as const;
  try {
    for await (const { objects } of pages(pass.pylon, listing)) {
      for (const object of objects) {
        const at = instantIn(object, 'created_at');
        if (at === undefined || at < from || at > to) throw filterIgnored(changes.path, filter, object);
        // An object without an id may be the record.
        const shown = idText(fieldsOf(object).id);
        if (shown === undefined || shown === id) return false;
      }
    }
  } catch (error) {
    // If Pylon does not know the type any more, its 404 says nothing of the record.
    if (resource.pull.by === 'types' && error instanceof PylonError && error.status === 404) return false;
    throw error;
  }
  if (!(await passesDeletionGuard(pass, [id]))) return false;
  const evidence = { absent_from: `POST ${changes.path} of its own second`, ...words };
  const proof = { asked, answered: ctx.lease.nextOrder(), scan: null, evidence };
  try {
    const gone = await writing(ctx.db, ctx.lease, async (tx) =>
      (await checkDeletionGuard(pass, tx, [id])) ? markDeleted(tx, resource, [id], proof) : [],
    );
    pass.progress.deleted += gone.length;
    return gone.length > 0;
  } catch (cause) {
    if (isRowLocked(cause)) return false;
    throw cause;
  }
}
