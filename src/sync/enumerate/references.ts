import { writing } from '../../db/lease/transaction.ts';
import { isLive } from '../../db/mirror/rows.ts';
import type { Item } from '../../db/mirror/store.ts';
import { markDeleted } from '../../db/mirror/tombstones.ts';
import { findNamed, markAllRead, markRead } from '../../db/progress/reads.ts';
import { OtherRecordError, unwrapRecord } from '../../pylon/answer.ts';
import type { Pull } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import { checkDeletionGuard, passesDeletionGuard } from '../deletions/count-deletions.ts';
import { withLockErrorsAsTransient } from '../deletions/lock-errors.ts';
import { lookUp } from '../deletions/look-up.ts';
import { keepTogether } from '../pass/keep-together.ts';
import type { Pass } from '../pass/pass.ts';
import { readEach } from './each.ts';

/** An answer, and the id that was asked for. */
interface Fetched extends Item {
  readonly id: string;
}

/**
 * Reads objects that no listing contains: each id that another table refers to, and each known one, is fetched. An
 * object that Pylon no longer knows is gone. Rows may refer to it for ever, so it is fetched again with the nightly
 * reconciliation and whenever such a row changes.
 */
export async function enumerateReferences(pass: Pass, pull: Pull & { by: 'reference' }): Promise<undefined> {
  const { db, lease } = pass.ctx;
  const { resource } = pass;
  const { name } = resource;
  const { table } = resourceNamed(pull.from.resource);
  const mark = pass.position.pass;
  const naming = {
    table,
    column: pull.from.column,
    known: resource.table,
    mark,
    skipsGone: pass.kind === 'lists',
    only: pass.scope.only,
  };
  /** Records read by this pass. Another pass that reads them too moves their marks, so they would be due for ever. */
  const done = new Set<string>();
  const find = (limit: number, after: Parameters<typeof findNamed>[3]['after'], except: readonly string[]) =>
    findNamed(db.orm, name, naming, { limit, after, except: [...except, ...done] });
  const markGone = async (id: string, isThere: boolean) => {
    await writing(db, lease, (tx) => markRead(tx, name, id, mark, isThere ? 'read' : 'gone'));
    done.add(id);
  };
  const answers = keepTogether<Fetched>(pass, (tx, whole) =>
    markAllRead(
      tx,
      name,
      whole.map(({ id }) => ({ id, mark })),
    ),
  );
  const ask = async (id: string): Promise<Fetched | undefined> => {
    const answer = await pass.pylon.request({
      method: 'GET',
      route: pull.path,
      params: { id },
      signal: pass.signal,
    });
    pass.progress.pages += 1;
    try {
      const object = unwrapRecord(answer, id, `GET ${pull.path}`);
      return { id, batch: pass.batch([object], {}, answer.order) };
    } catch (error) {
      if (!(error instanceof OtherRecordError)) throw error;
      return undefined;
    }
  };
  await readEach(pass, {
    find,
    read: async ({ id }) => {
      const arrived = answers.expect();
      const fetched = await ask(id).finally(arrived);
      if (fetched === undefined) return markGone(id, await proveGone(pass, pull, id));
      await answers.add(fetched);
      done.add(id);
      pass.step('stored an object');
    },
    markGone: async ({ id }, refusal) => {
      await markGone(id, refusal.status !== 400 && (await proveGone(pass, pull, id)));
    },
    measure: async () => {
      // Counted for the estimate of the time left; one sweep finds all there are.
      pass.progress.remainingRequests = (await find(1_000, undefined, [])).length;
    },
  });
}

/**
 * Marks the row, if any, of a record that Pylon answered not to know. Fetches it once more first, so that any answer
 * that shows the record is noticed. Returns true if the record exists after all.
 */
async function proveGone(pass: Pass, pull: Pull & { by: 'reference' }, id: string): Promise<boolean> {
  const { ctx, resource } = pass;
  if (!(await isLive(ctx.db.orm, resource.table, id)) || !(await passesDeletionGuard(pass, [id])))
    return false;
  const said = await ctx.pendingDeletions.during(resource.name, [id], async () => {
    const said = await lookUp(pass, pull.path, id, {});
    if (said.is === 'gone') {
      const proof = {
        asked: said.asked,
        answered: ctx.lease.nextOrder(),
        scan: null,
        evidence: said.words,
      };
      const gone = await withLockErrorsAsTransient(resource, () =>
        writing(ctx.db, ctx.lease, async (tx) =>
          (await checkDeletionGuard(pass, tx, [id])) ? markDeleted(tx, resource, [id], proof) : [],
        ),
      );
      pass.progress.deleted += gone.length;
    }
    return said;
  });
  if (said.is === 'there') await pass.keep(pass.batch([said.object], said.facts, said.answer.order));
  return said.is === 'there';
}
