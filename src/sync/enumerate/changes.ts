import { saveCursor } from '../../db/progress/cursors.ts';
import { formatInstant } from '../../instant.ts';
import type { Changes } from '../../resources/define.ts';
import { eachBatch } from '../pass/batches.ts';
import { CHANGES, type ChangesPosition } from '../pass/changes-position.ts';
import { all, any, type Filter, filterIgnored, instantIn, time } from '../pass/filters.ts';
import type { Pass } from '../pass/pass.ts';

export interface ChangesOptions {
  /**
   * Seconds by which a scan overlaps the one before: bounds may or may not be included, and times have whole seconds.
   */
  readonly overlapSeconds: number;
  /** The earliest `created_at` to mirror, RFC 3339. */
  readonly since?: string | undefined;
  /** Where its cursor is. Only this pass moves it. */
  readonly position: ChangesPosition;
  /** The scope of its cursor, and the placeholders of the path; default: one search for all, without placeholders. */
  readonly part?: { readonly scope: string; readonly params: Readonly<Record<string, string>> };
}

/** A time of change further ahead than this, in milliseconds, tells nothing about Pylon's clock. */
const FUTURE_MS = 86_400_000;
/** How far the next scan looks back, in milliseconds, if a clock was set back before this one. */
const SET_BACK_MS = 86_400_000;

/**
 * Reads what changed since the watermark. The watermark moves with the last page of a complete scan: to the scan's
 * beginning, by the earlier of Pylon's clock and ours, less the overlap. What changes during the scan is read by the
 * next one. An interrupted scan resumes after its last page, with its bound and its beginning.
 *
 * @throws PermanentError when Pylon ignores the filter.
 */
export async function enumerateChanges(
  pass: Pass,
  changes: Changes,
  { overlapSeconds, since, position, part = { scope: CHANGES, params: {} } }: ChangesOptions,
): Promise<undefined> {
  const { name } = pass.resource;
  const bound = position.scan?.bound ?? position.watermark;
  const filter = bound === null ? undefined : filterOf(changes, Date.parse(bound), since);
  const moment = pass.pylon.moment();
  const began = position.scan?.began ?? formatInstant(moment.own);
  let start = position.scan?.start ?? null;
  let highest = position.scan?.highest ?? position.highest ?? null;

  const listing = {
    method: 'POST',
    route: changes.path,
    params: part.params,
    arguments: filter === undefined ? {} : { filter },
    limit: changes.limit,
    cursor: position.scan?.cursor,
  } as const;
  const inspect = (objects: readonly unknown[]) => {
    for (const object of objects) {
      if (filter !== undefined && bound !== null) check(changes, filter, Date.parse(bound), object);
      highest = later(highest, latest(changes, object, moment.own));
    }
  };
  await eachBatch(pass, listing, { inspect, facts: part.params }, async ({ page, batch }) => {
    if (position.scan === undefined && start === null && page.date !== undefined)
      start = formatInstant(moment.bounds(page.date).earliest);
    const moved = page.next === null ? ended() : { ...position, scan: going(page.next) };
    await pass.keep(batch, (tx) => saveCursor(tx, name, part.scope, moved));
    pass.step('stored a page');
  });

  function going(cursor: string): NonNullable<ChangesPosition['scan']> {
    return { bound: bound ?? formatInstant(0), start, began, cursor, highest };
  }
  /**
   * Without a `Date`, the latest change seen by complete scans before this one is what is certain about Pylon's
   * clock.
   */
  function ended(): ChangesPosition {
    const from = start ?? (position.highest ? earlier(position.highest, began) : null);
    if (from === null) return { watermark: position.watermark, highest };
    // A clock was set back, and it is unknown how long ago it showed this scan's bound.
    const step = start !== null && bound !== null && Date.parse(start) < Date.parse(bound) ? SET_BACK_MS : 0;
    return { watermark: formatInstant(Date.parse(from) - overlapSeconds * 1_000 - step), highest };
  }
}

/** A filter for records changed after the bound by any of their times, within what is mirrored. */
function filterOf({ times }: Changes, bound: number, since: string | undefined): Filter {
  const changed = any(Object.keys(times).map((field) => time(field, 'time_is_after', bound)));
  if (since === undefined) return changed;
  return all([changed, time('created_at', 'time_is_after', Date.parse(since) - 1_000)]);
}

/** Checks that an object matches the filter; if not, Pylon ignored the filter, and other objects are missing. */
function check(changes: Changes, filter: Filter, bound: number, object: unknown): void {
  const times = Object.values(changes.times).map((column) => instantIn(object, column));
  if (times.every((at) => at === undefined || at < bound) && times.some((at) => at !== undefined))
    throw filterIgnored(changes.path, filter, object);
}

/** By `updated_at` where there is one: Pylon sets it, whereas a message may bear the time of its sender's clock. */
function latest(
  { times: { updated_at: updated, ...others } }: Changes,
  object: unknown,
  own: number,
): number | undefined {
  const columns = updated === undefined ? Object.values(others) : [updated];
  const times = columns.flatMap((column) => instantIn(object, column) ?? []);
  const past = times.filter((at) => at < own + FUTURE_MS);
  return past.length === 0 ? undefined : Math.max(...past);
}

const earlier = (a: string, b: string): string => (Date.parse(a) < Date.parse(b) ? a : b);
const later = (a: string | null, b: number | undefined): string | null =>
  b === undefined || (a !== null && Date.parse(a) >= b) ? a : formatInstant(b);
