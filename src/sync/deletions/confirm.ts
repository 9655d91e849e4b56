import type { Evidence, Proof } from '../../db/mirror/tombstones.ts';
import { PermanentError } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Pass } from '../pass/pass.ts';
import { listedNow } from './listing.ts';
import { factsOf, lookUp } from './look-up.ts';
import { secondLook } from './second-look.ts';

/** The candidate exists; `store` stores the answer that shows it, once the candidate is no longer in doubt. */
export interface Refutation {
  readonly is: 'there';
  readonly store: () => Promise<unknown>;
}
export type Verdict = { readonly is: 'gone'; readonly proof: Proof } | Refutation;

/**
 * Must be called while the candidate is among `PendingDeletions`, where it was put before `confirmation` was called.
 */
export type Confirm = (id: string) => Promise<Verdict>;

/**
 * Chooses how candidates missing from a listing are confirmed: by the request for one record, or by a second listing.
 * The second listing is used where the API has no such request, where that request finds no record at all (its 404
 * then concerns the endpoint), and for children listed per parent. `scan` is the scan of the candidates.
 *
 * @throws PermanentError if nothing can confirm a deletion.
 */
export async function confirmation(pass: Pass, absent: Evidence, scan: number | null): Promise<Confirm> {
  const { ctx, resource } = pass;
  const { get } = resource;
  const answers =
    get === undefined || resource.pull.by === 'parent' ? 'unknown' : await answersForOne(pass, get);
  const second = answers === 'yes' ? undefined : secondLook(pass);
  if (second === undefined && (get === undefined || (answers !== 'yes' && answers !== 'unknown')))
    throw new PermanentError(`nothing can confirm that records of ${resource.name} are gone`);
  return async (id) => {
    let asked = ctx.lease.nextOrder();
    let evidence: Evidence = absent;
    if (second !== undefined) {
      const look = await second.of(id);
      if (!look.isMissing) return { is: 'there', store: async () => {} };
      asked = look.asked;
      evidence = { ...evidence, confirmed_by: `a second listing of ${second.path}` };
    }
    if (get !== undefined && answers !== 'refused') {
      const said = await lookUp(pass, get, id, await factsOf(pass, id));
      if (said.is === 'there') {
        const batch = pass.batch([said.object], said.facts, said.answer.order);
        return { is: 'there', store: () => pass.keep(batch) };
      }
      evidence = { ...evidence, ...said.words };
    }
    return { is: 'gone', proof: { asked, answered: ctx.lease.nextOrder(), scan, evidence } };
  };
}

/** Listed records to fetch before the request counts as finding no record at all. */
const SAMPLES = 3;

/** Whether the request for one record finds a record that is listed now; `unknown` if none is listed. */
async function answersForOne(pass: Pass, get: string): Promise<'yes' | 'no' | 'unknown' | 'refused'> {
  const ids = await listedNow(pass, SAMPLES);
  try {
    for (const id of ids)
      if ((await lookUp(pass, get, id, await factsOf(pass, id))).is === 'there') return 'yes';
  } catch (error) {
    if (error instanceof PylonError && error.status === 403) return 'refused';
    throw error;
  }
  return ids.length === 0 ? 'unknown' : 'no';
}
