import type { Edit } from '../../../db/edits/queue.ts';
import { type FirstSent, hasRival, notMadeBy } from '../../../db/edits/sending.ts';
import { isPlainlySame } from '../../../edits/create.ts';
import type { Values } from '../../../edits/merge.ts';
import { epochOf } from '../../../instant.ts';
import type { Order } from '../../../order.ts';
import { unwrapObject } from '../../../pylon/answer.ts';
import { isGone, PylonError } from '../../../pylon/errors.ts';
import { pages } from '../../../pylon/pages/pages.ts';
import type { Action, Finding } from '../../../resources/actions.ts';
import { fieldsOf } from '../../../resources/fields.ts';
import { all, type Filter, time } from '../../pass/filters.ts';
import type { EditTarget, PushContext } from '../target.ts';

/** The result of the search for the record of an action whose answer was lost. */
export type Made =
  | { readonly is: 'found'; readonly object: unknown; readonly order: Order }
  /** Pylon has no such record, or not yet. */
  | { readonly is: 'none' }
  /** Only a person can decide; `why` is the message for them. */
  | { readonly is: 'unclear'; readonly why: string };

type Found = Omit<Made & { readonly is: 'found' }, 'is'>;

const idOf = ({ object }: Found): string => String(fieldsOf(object).id);

/** A filter for the value of the parameter, whose bounds leave room for those that Pylon does not include. */
function filterOf({ filter: field }: Finding, changes: Values): Filter {
  const at = epochOf(String(changes[field]));
  if (at === undefined) return { field, operator: 'equals', value: String(changes[field]) };
  return all([time(field, 'time_is_after', at - 2_000), time(field, 'time_is_before', at + 2_000)]);
}

const isLike = (object: unknown, names: readonly string[], changes: Values): boolean =>
  names.every((name) => isPlainlySame(fieldsOf(object)[name], changes[name]));

/** The record that the key names, whoever made it; undefined if there is none. */
async function ofKey(
  { ctx, pylon }: PushContext,
  { resource: { get: route = '' } }: EditTarget,
  key: unknown,
): Promise<Found | undefined> {
  try {
    const params = { id: String(key) };
    const answer = await pylon.request({ method: 'GET', route, params, signal: ctx.signal });
    return { object: unwrapObject(answer), order: answer.order };
  } catch (error) {
    if (error instanceof PylonError && isGone(error)) return undefined;
    throw error;
  }
}

/**
 * Searches Pylon for the record that an action may have made: by its key, which is certain, otherwise by values that
 * identify it together, if no other edit has the same ones. Records that Pylon had before the action was first sent
 * (`since`), and those that other edits made, do not count.
 *
 * @throws any error of the requests.
 */
export async function findMade(
  push: PushContext,
  target: EditTarget,
  { name, makes, route }: Action,
  { id, changes }: Edit,
  since: FirstSent,
): Promise<Made> {
  const { ctx, pylon } = push;
  const unclear = (why: string): Made => ({
    is: 'unclear',
    why: `the answer to POST ${route} was lost: ${why}. Look in Pylon, then retry or discard`,
  });
  if (makes === undefined || makes === 'address') return unclear('it may have been done');
  const { key, by, search } = makes;
  const isOurs = async (found: readonly Found[]): Promise<readonly Found[]> => {
    const ids = found.map(idOf);
    const others = await notMadeBy(ctx.db.orm, target.resource, ids, since);
    return found.filter((one) => !others.has(idOf(one)));
  };
  const given = by.filter((one) => changes[one] != null);
  if (key !== undefined && changes[key] != null) {
    const found = await ofKey(push, target, changes[key]);
    if (found === undefined) return { is: 'none' };
    if (isLike(found.object, given, changes) && (await isOurs([found])).length > 0)
      return { is: 'found', ...found };
  }
  if (given.length < by.length)
    return unclear(`without ${by.join(' and ')} nothing shows whether ${name} was done`);
  const found: Found[] = [];
  const listing = { method: 'POST' as const, route: search, arguments: { filter: filterOf(makes, changes) } };
  for await (const { objects, order } of pages(pylon, { ...listing, limit: 100, signal: ctx.signal }))
    for (const object of objects) if (isLike(object, by, changes)) found.push({ object, order });
  const left = await isOurs(found);
  const [only] = left;
  if (only === undefined) return { is: 'none' };
  if (left.length > 1 || (await hasRival(ctx.db.orm, id, by)))
    return unclear(`it may be ${left.map(idOf).slice(0, 5).join(' or ')}`);
  return { is: 'found', ...only };
}
