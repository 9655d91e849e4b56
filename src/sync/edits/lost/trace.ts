import type { Edit } from '../../../db/edits/queue.ts';
import { ageOf } from '../../../db/edits/sending.ts';
import type { Action } from '../../../edits/actions.ts';
import type { Values } from '../../../edits/merge.ts';
import { tidied } from '../../../edits/tidy.ts';
import { OtherRecordError, unwrapRecord } from '../../../pylon/answer.ts';
import { isGone, PylonError } from '../../../pylon/errors.ts';
import { pages } from '../../../pylon/pages/pages.ts';
import type { Trace } from '../../../resources/actions.ts';
import type { Resource } from '../../../resources/define.ts';
import { fieldsOf } from '../../../resources/fields.ts';
import { resourceNamed } from '../../../resources/index.ts';
import type { EditTarget, PushContext } from '../target.ts';
import { SKEW_MS } from './recover.ts';

/** What Pylon shows of an action whose answer was lost. */
type Seen =
  | 'done'
  /** The action was not executed and can be sent again. */
  | 'not done'
  /** Only a person can decide. */
  | 'unknown';

type Of<By extends Trace['by']> = Trace & { readonly by: By };

/** The ids in a list; none if the value is no list. */
export const idsIn = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

/**
 * Whether Pylon still has a record under its own id. For a merged one Pylon answers with another record, or says
 * that it is gone.
 */
export async function exists(
  { ctx, pylon }: PushContext,
  { get: route = '' }: Resource,
  id: string,
): Promise<boolean> {
  try {
    const answer = await pylon.request({ method: 'GET', route, params: { id }, signal: ctx.signal });
    unwrapRecord(answer, id, `GET ${route}`);
    return true;
  } catch (error) {
    if (error instanceof OtherRecordError) return false;
    if (error instanceof PylonError && isGone(error)) return false;
    throw error;
  }
}

/** Text without markup and spaces, both of which Pylon may change. */
const bare = (html: unknown): string => String(tidied(html ?? '')).replace(/\s+/g, '');

/** Whether a child of the record, not older than the edit, has the text that the action was to send. */
async function hasChild(
  { ctx, pylon }: PushContext,
  { record }: EditTarget,
  { id, changes }: Edit,
  { resource, html, time, parameter }: Of<'child'>,
): Promise<boolean> {
  const { pull } = resourceNamed(resource);
  if (pull.by !== 'parent') return false;
  const { path: route, limit } = pull;
  const listing = { method: 'GET' as const, route, params: { id: record }, signal: ctx.signal };
  // By the earlier of the two clocks: a message mistaken for an older one would be sent twice.
  const { earliest } = ctx.pylon.time();
  const since = earliest - (await ageOf(ctx.db.orm, id)) - SKEW_MS;
  const all = pages(pylon, limit === undefined ? listing : { ...listing, limit });
  for await (const { objects } of all)
    for (const object of objects) {
      const fields = fieldsOf(object);
      const isNew = Date.parse(String(fields[time])) >= since;
      if (isNew && bare(fields[html]) === bare(changes[parameter])) return true;
    }
  return false;
}

/** What the record's children show of a list of objects that an action was to make of them. */
async function childrenOf(
  { ctx, pylon }: PushContext,
  { record }: EditTarget,
  { changes }: Edit,
  { resource, html, time, parameter }: Of<'children'>,
): Promise<Seen> {
  const { pull } = resourceNamed(resource);
  if (pull.by !== 'parent') return 'unknown';
  const { path: route, limit } = pull;
  const listing = { method: 'GET' as const, route, params: { id: record }, signal: ctx.signal };
  const there: Values[] = [];
  for await (const { objects } of pages(pylon, limit === undefined ? listing : { ...listing, limit }))
    there.push(...objects.map(fieldsOf));
  const wanted = (changes[parameter] as readonly Values[]).map((one) => ({
    ...one,
    text: bare(one.body_html),
  }));
  const isSeen = (one: Values) =>
    there.some(
      (child) =>
        bare(child[html]) === one.text &&
        (one.created_at === undefined ||
          Date.parse(String(child[time])) === Date.parse(String(one.created_at))),
    );
  const seen = wanted.filter(isSeen);
  if (seen.length === wanted.length) return 'done';
  // A message without a time of its own may have been changed by Pylon so that it is not recognised.
  return seen.length === 0 && wanted.every((one: Values) => one.created_at !== undefined)
    ? 'not done'
    : 'unknown';
}

/** Whether a list in Pylon's object of the record has an entry with the values of the action's parameters. */
async function isListed(
  { ctx, pylon }: PushContext,
  { resource, record }: EditTarget,
  { changes }: Edit,
  { list, where }: Of<'unlisted'>,
): Promise<boolean> {
  const { get: route = '' } = resource;
  const answer = await pylon.request({ method: 'GET', route, params: { id: record }, signal: ctx.signal });
  const listed = unwrapRecord(answer, record, `GET ${route}`)[list];
  return (
    Array.isArray(listed) &&
    listed.some((one: unknown) =>
      Object.entries(where).every(([field, parameter]) => fieldsOf(one)[field] === changes[parameter]),
    )
  );
}

/**
 * Searches Pylon for the effect of an action whose answer was lost.
 *
 * @throws OtherRecordError; any other error of the requests.
 */
export async function look(
  push: PushContext,
  target: EditTarget,
  edit: Edit,
  { trace, merges }: Action,
): Promise<Seen> {
  if (merges !== undefined) {
    for (const id of idsIn(edit.changes[merges]))
      if (await exists(push, target.resource, id)) return 'not done';
    return 'done';
  }
  switch (trace?.by) {
    case 'child':
      return (await hasChild(push, target, edit, trace)) ? 'done' : 'unknown';
    case 'children':
      return childrenOf(push, target, edit, trace);
    case 'unlisted':
      return (await isListed(push, target, edit, trace)) ? 'not done' : 'done';
    case undefined:
      return 'unknown';
  }
}
