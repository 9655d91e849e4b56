import { readRow } from '../../db/rows.ts';
import { someLive } from '../../db/scans.ts';
import type { Evidence, Proof } from '../../db/tombstones.ts';
import { PermanentError } from '../../errors.ts';
import type { Pass } from '../pass.ts';
import { askFor, factsOf, wordsOf } from './ask.ts';
import { idsOfParent, idsOfWhole } from './listing.ts';

/** The proof that a candidate is gone, or how to store what shows that it is there. */
export type Verdict =
  | { readonly is: 'gone'; readonly proof: Proof }
  | { readonly is: 'there'; readonly store: () => Promise<unknown> };

/** To be called while the candidate is in doubt. */
export type Confirm = (id: string) => Promise<Verdict>;

/** Whether a record is missing from a second listing as well; how that was asked, for the evidence. */
interface SecondLook {
  readonly path: string;
  isMissing(id: string): Promise<boolean>;
}

/**
 * How candidates that one listing did not hold are confirmed: by the request for one record, where the API has
 * one; by a second listing, where it has none, where that request answers for no record at all (a 404 speaks
 * of the endpoint then), and for what is listed per parent. `scan` is the one they are candidates of.
 *
 * @throws PermanentError when there is no way to confirm anything.
 */
export async function confirmation(pass: Pass, absent: Evidence, scan: number | null): Promise<Confirm> {
  const { ctx, resource } = pass;
  const { get } = resource;
  const known =
    get === undefined || resource.pull.by === 'parent' ? 'unknown' : await answersForOne(pass, get, scan);
  const second = known === 'yes' ? undefined : secondLook(pass);
  if (second === undefined && (get === undefined || known === 'no'))
    throw new PermanentError(`nothing can confirm that records of ${resource.name} are gone`);
  return async (id) => {
    const asked = ctx.lease.nextOrder();
    let evidence: Evidence = absent;
    if (second !== undefined) {
      if (!(await second.isMissing(id))) return { is: 'there', store: async () => {} };
      evidence = { ...evidence, confirmed_by: `a second listing of ${second.path}` };
    }
    if (get !== undefined) {
      const said = await askFor(pass, get, id, await factsOf(pass, id));
      if (said.is === 'there') {
        const batch = pass.batch([said.object], said.facts, said.answer.order);
        return { is: 'there', store: () => pass.keep(batch) };
      }
      evidence = { ...evidence, ...wordsOf(said.error) };
    }
    return { is: 'gone', proof: { asked, answered: ctx.lease.nextOrder(), scan, evidence } };
  };
}

/** Live records asked for before a request counts as one that answers for none. */
const SAMPLES = 3;

/** Whether a record that is there is answered for; `unknown` with none left there. */
async function answersForOne(
  pass: Pass,
  get: string,
  scan: number | null,
): Promise<'yes' | 'no' | 'unknown'> {
  const ids = await someLive(pass.ctx.db, pass.resource, scan, SAMPLES);
  for (const id of ids)
    if ((await askFor(pass, get, id, await factsOf(pass, id))).is === 'there') return 'yes';
  return ids.length === 0 ? 'unknown' : 'no';
}

/** A second listing, read when first asked for; none where listing again costs as much as the whole pass. */
function secondLook(pass: Pass): SecondLook | undefined {
  const { pull } = pass.resource;
  if (pull.by === 'parent') {
    const listed = new Map<string, Promise<ReadonlySet<string>>>();
    const under = (parent: string) => {
      const ids = listed.get(parent) ?? idsOfParent(pass, pull, parent);
      listed.set(parent, ids);
      return ids;
    };
    return {
      path: pull.path,
      isMissing: async (id) => {
        const row = await readRow(pass.ctx.db.orm, pass.resource.table, id);
        const parent = row?.[pull.foreignKey];
        return typeof parent === 'string' && !(await under(parent)).has(id);
      },
    };
  }
  if (pull.by !== 'list' && pull.by !== 'search') return undefined;
  let ids: Promise<ReadonlySet<string>> | undefined;
  return {
    path: pull.path,
    isMissing: async (id) => {
      ids ??= idsOfWhole(pass, pull);
      return !(await ids).has(id);
    },
  };
}
