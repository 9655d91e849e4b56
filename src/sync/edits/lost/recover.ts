import { type FirstSent, hasDuplicateInFlight, notMadeBy } from '../../../db/edits/sending.ts';
import { remoteRow } from '../../../db/row/remote-row.ts';
import { isReject } from '../../../db/row/row.ts';
import { matchScore } from '../../../edits/create.ts';
import type { Values } from '../../../edits/merge.ts';
import type { Order } from '../../../order.ts';
import { pages } from '../../../pylon/pages/pages.ts';
import type { Listing } from '../../../pylon/types.ts';
import type { Resource } from '../../../resources/define.ts';
import { isObject } from '../../../resources/fields.ts';
import type { Recovery } from '../../../resources/writes.ts';
import { all, time } from '../../pass/filters.ts';
import type { EditTarget, PushContext } from '../target.ts';

/** The most by which two clocks are assumed to differ, in milliseconds. */
export const SKEW_MS = 60_000;

/** An object that a create may have made. */
interface Candidate {
  readonly id: string;
  readonly object: unknown;
  readonly order: Order;
  readonly likeness: 'same' | 'maybe';
}

/** The objects of a listing that a create may have made. */
interface Listed {
  readonly found: readonly Candidate[];
  /** Ids of those that no table can hold, so that nobody can tell what they are; null for one without an id. */
  readonly unread: readonly (string | null)[];
  /** Whether the last page was full. */
  readonly isLong: boolean;
}

/** The result of the search for the object of a create whose answer was lost. */
export type Recovered =
  | { readonly is: 'found'; readonly candidate: Candidate }
  /** Pylon does not list such an object, or not yet. */
  | { readonly is: 'none' }
  /** Another edit is creating the same object: what was found may be its result. */
  | { readonly is: 'busy' }
  /** Only a person can decide; `why` is the message for them. */
  | { readonly is: 'unclear'; readonly why: string };

/**
 * The range of `created_at` to search, in epoch milliseconds: around the value that the create sets, otherwise from
 * its first sending on.
 */
function spanOf(wanted: Values, { at }: FirstSent): { readonly from: number; readonly to: number } {
  const given = typeof wanted.created_at === 'string' ? Date.parse(wanted.created_at) : Number.NaN;
  if (!Number.isNaN(given)) return { from: given - SKEW_MS, to: given + SKEW_MS };
  return { from: at - SKEW_MS, to: Number.POSITIVE_INFINITY };
}

/** Whether the create can have made an object, judging by `created_at`; true if the object has none. */
export function createdWithin(row: Values, wanted: Values, since: FirstSent): boolean {
  const at = typeof row.created_at === 'string' ? Date.parse(row.created_at) : Number.NaN;
  const { from, to } = spanOf(wanted, since);
  return Number.isNaN(at) || (at >= from && at <= to);
}

function listingsOf(
  { resource, facts }: EditTarget,
  recovery: Exclude<Recovery, { by: 'person' }>,
  wanted: Values,
  since: FirstSent,
): readonly Listing[] {
  const { pull, changes } = resource;
  const route = recovery.path;
  if (recovery.by === 'answer') return [{ method: 'POST', route, limit: recovery.limit }];
  if (recovery.by === 'search') {
    const { from, to } = spanOf(wanted, since);
    const bounds = [
      time('created_at', 'time_is_after', from),
      ...(Number.isFinite(to) ? [time('created_at', 'time_is_before', to)] : []),
    ];
    return [
      { method: 'POST', route, params: facts, arguments: { filter: all(bounds) }, limit: changes?.limit },
    ];
  }
  const limit = 'limit' in pull ? pull.limit : undefined;
  // Of a listing in parts, only the parts that can contain the object.
  const parts = (pull.by === 'list' ? pull.variants : undefined) ?? [{}];
  return parts
    .filter((part) =>
      Object.entries(part).every(([name, value]) => wanted[name] === undefined || wanted[name] === value),
    )
    .map((part) => ({ method: 'GET', route, params: facts, arguments: part, limit }));
}

async function candidatesIn(
  { ctx, pylon }: PushContext,
  { resource, facts }: EditTarget,
  listing: Listing,
  wanted: Values,
  since: FirstSent,
): Promise<Listed> {
  const found: Candidate[] = [];
  const unread: (string | null)[] = [];
  let isLong = false;
  for await (const { objects, order } of pages(pylon, { ...listing, signal: ctx.signal })) {
    isLong = objects.length === listing.limit;
    for (const object of objects) {
      const remote = remoteRow(resource, object, facts);
      if (isReject(remote)) {
        if (!isObject(object) || createdWithin(object, wanted, since)) unread.push(remote.id);
        continue;
      }
      const { row, values } = remote;
      const likeness = matchScore(resource, wanted, values);
      if (likeness !== 'other' && createdWithin(values, wanted, since))
        found.push({ id: row.id, object, order, likeness });
    }
  }
  return { found, unread, isLong };
}

const endpointOf = ({ writes }: Resource) => `POST ${writes?.create?.path ?? ''}`;

/**
 * Searches Pylon for the object of a create whose answer was lost. Objects that Pylon had before the create was first
 * sent (`since`), and objects that another create has made, do not count.
 *
 * @throws any error of the requests.
 */
export async function recover(
  push: PushContext,
  target: EditTarget,
  create: number,
  wanted: Values,
  since: FirstSent,
): Promise<Recovered> {
  const { resource } = target;
  const { db } = push.ctx;
  const recovery = resource.writes?.create?.recovery;
  const lost = `the answer to ${endpointOf(resource)} was lost: the object may exist`;
  if (recovery === undefined || recovery.by === 'person')
    return { is: 'unclear', why: `${lost}, and Pylon lists none. Look there, then retry or discard` };
  const found: Candidate[] = [];
  const unread: (string | null)[] = [];
  let isCut = false;
  for (const listing of listingsOf(target, recovery, wanted, since)) {
    const listed = await candidatesIn(push, target, listing, wanted, since);
    found.push(...listed.found);
    unread.push(...listed.unread);
    isCut ||= recovery.by === 'answer' && listed.isLong;
  }
  if (found.length > 0 && (await hasDuplicateInFlight(db.orm, create))) return { is: 'busy' };
  const others = await notMadeBy(
    db.orm,
    resource,
    [...found.map(({ id }) => id), ...unread.filter((id) => id !== null)],
    since,
  );
  const left = found.filter(({ id }) => !others.has(id));
  const unknown = unread.filter((id) => id === null || !others.has(id));
  const same = left.filter((one) => one.likeness === 'same');
  const [candidate] = same;
  if (candidate !== undefined && same.length === 1) return { is: 'found', candidate };
  if (left.length === 0 && isCut)
    return { is: 'unclear', why: `${lost}, and Pylon lists not all. Look there, then retry or discard` };
  if (left.length === 0 && unknown.length > 0)
    return {
      is: 'unclear',
      why: `${lost}, and Pylon lists one that no table can hold (${unknown[0] ?? 'without an id'}). Look there, then retry or discard`,
    };
  if (left.length === 0) return { is: 'none' };
  const which = left.map(({ id }) => id).slice(0, 5);
  return {
    is: 'unclear',
    why: `${lost}, and might be ${which.join(' or ')}. Look there, then retry or discard`,
  };
}
