import { readCursor, saveCursor } from '../../db/progress/cursors.ts';
import type { Changes } from '../../resources/define.ts';
import { batches } from '../pass/batches.ts';
import { CHANGES, type ChangesPosition } from '../pass/changes-position.ts';
import { all, any, type Filter, filterIgnored, instantIn, time } from '../pass/filters.ts';
import type { Pass } from '../pass/pass.ts';
import { formatInstant } from '../pass/windows.ts';

export interface ChangesOptions {
  /** Seconds by which one scan reaches back over the one before: bounds may or may not count, and seconds are whole. */
  readonly overlapSeconds: number;
  /** First `created_at` of interest, RFC 3339. */
  readonly since?: string | undefined;
}

/** A time of change further ahead than this says nothing of Pylon's clock. */
const FUTURE_MS = 86_400_000;
/** How far the next scan looks back where a clock was set back before this one. */
const SET_BACK_MS = 86_400_000;

/**
 * Reads what changed since the watermark. The watermark moves when the scan is complete, with its last page, and
 * to no later than its beginning, by the earlier of Pylon's clock and ours, less the overlap: what changes while it runs is for the next one. A scan that
 * was ended goes on behind its last page, under the bound and from the beginning it had.
 *
 * @throws PermanentError when Pylon ignores the filter.
 */
export async function enumerateChanges(
  pass: Pass,
  changes: Changes,
  { overlapSeconds, since }: ChangesOptions,
): Promise<undefined> {
  const { db } = pass.ctx;
  const { name } = pass.resource;
  const position: ChangesPosition = (await readCursor<ChangesPosition>(db.orm, name, CHANGES)) ?? {
    watermark: null,
  };
  const bound = position.scan?.bound ?? position.watermark;
  const filter = bound === null ? undefined : filterOf(changes, Date.parse(bound), since);
  const moment = pass.pylon.moment();
  const began = position.scan?.began ?? formatInstant(moment.own);
  let start = position.scan?.start ?? null;
  let highest = position.scan?.highest ?? position.highest ?? null;

  const listing = {
    method: 'POST',
    route: changes.path,
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
  for await (const { page, batch } of batches(pass, listing, { inspect })) {
    if (position.scan === undefined && start === null && page.date !== undefined)
      start = formatInstant(moment.bounds(page.date).earliest);
    const moved = page.next === null ? ended() : { ...position, scan: going(page.next) };
    await pass.keep(batch, (tx) => saveCursor(tx, name, CHANGES, moved));
    pass.step('stored a page');
  }

  function going(cursor: string): NonNullable<ChangesPosition['scan']> {
    return { bound: bound ?? formatInstant(0), start, began, cursor, highest };
  }
  /** Without a date, what complete scans have seen before this one began is the latest that is certain of Pylon's clock. */
  function ended(): ChangesPosition {
    const from = start ?? (position.highest ? earlier(position.highest, began) : null);
    if (from === null) return { watermark: position.watermark, highest };
    // A clock was set back: how long ago it stood where this scan began to look is anyone's guess.
    const step = start !== null && bound !== null && Date.parse(start) < Date.parse(bound) ? SET_BACK_MS : 0;
    return { watermark: formatInstant(Date.parse(from) - overlapSeconds * 1_000 - step), highest };
  }
}

/** Changed after the bound in any of its times; of what is mirrored at all. */
function filterOf({ times }: Changes, bound: number, since: string | undefined): Filter {
  const changed = any(Object.keys(times).map((field) => time(field, 'time_is_after', bound)));
  if (since === undefined) return changed;
  return all([changed, time('created_at', 'time_is_after', Date.parse(since) - 1_000)]);
}

/** Every object must have changed when it was asked to have: else the filter was ignored, and the rest is missing. */
function check(changes: Changes, filter: Filter, bound: number, object: unknown): void {
  const times = Object.values(changes.times).map((column) => instantIn(object, column));
  if (times.every((at) => at === undefined || at < bound) && times.some((at) => at !== undefined))
    throw filterIgnored(changes.path, filter, object);
}

/** By `updated_at`, where there is one: Pylon sets that, a message may bear the time of its sender's clock. */
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
