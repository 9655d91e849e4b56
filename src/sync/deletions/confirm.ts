import type { Evidence, Proof } from '../../db/mirror/tombstones.ts';
import { PermanentError } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Pass } from '../pass/pass.ts';
import { listedNow } from './listing.ts';
import { factsOf, lookUp } from './look-up.ts';
import { secondLook } from './second-look.ts';

/** A candidate is there; `store` stores what shows it, when the candidate is in doubt no more. */
export interface Refutation {
  readonly is: 'there';
  readonly store: () => Promise<unknown>;
}
export type Verdict = { readonly is: 'gone'; readonly proof: Proof } | Refutation;

/** To be called while the candidate is in doubt, as it was before `confirmation` was called. */
export type Confirm = (id: string) => Promise<Verdict>;

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

/** Listed records asked for before a request counts as one that answers for none. */
const SAMPLES = 3;

/** Whether a record that is listed at this moment is answered for; `unknown` where none is listed. */
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
