import { writing } from '../../db/lease/transaction.ts';
import { saveCursor } from '../../db/progress/cursors.ts';
import { PermanentError } from '../../errors.ts';
import { formatInstant } from '../../instant.ts';
import { pages } from '../../pylon/pages/pages.ts';
import type { Listing } from '../../pylon/types.ts';
import type { Pull } from '../../resources/define.ts';
import { filterIgnored, instantIn, time } from '../pass/filters.ts';
import type { Pass, PassPosition } from '../pass/pass.ts';
import { endHolding, type Grid, grid, nextSecond, startOf } from '../pass/windows.ts';

/** A window of `created_at` and how far it has been read. */
export interface Window {
  /** RFC 3339; included. */
  readonly start: string;
  /** RFC 3339, not included: the start of the next newer window, or the anchor. */
  readonly end: string;
  readonly cursor: string | null;
  readonly done: boolean;
}

/** How far the windows of a pass have been found. */
export interface WindowPosition extends PassPosition {
  /** End of the newest window. */
  readonly anchor?: string;
  readonly days?: number;
  /** Start of the oldest window found. */
  readonly frontier?: string;
  /** Whether nothing lies before the frontier. */
  readonly found?: boolean;
}

/** The scope of a window's cursor. */
export const windowScope = (pass: Pass, start: string) => `${pass.scope.name} window ${start}`;

/**
 * Finds the windows that contain objects, newest first; each is saved before it is yielded. One search for anything
 * older tells the next window, so an empty stretch costs one request however long it is.
 *
 * @throws PermanentError when Pylon ignores the search's filter.
 */
export async function* discoverWindows(pass: Pass, pull: Pull & { by: 'window' }): AsyncGenerator<Window> {
  const position: WindowPosition = pass.position;
  if (position.found === true) return;
  const anchor = position.anchor ?? pass.scope.until ?? formatInstant(nextSecond(pass.pylon.time().earliest));
  const days = position.days ?? pass.scope.windowDays;
  const cells = grid(anchor, days, pass.scope.since);
  const save = async (frontier: number, found: boolean, window?: Window) =>
    writing(pass.ctx.db, pass.ctx.lease, async (tx) => {
      await pass.save(tx, { anchor, days, frontier: formatInstant(frontier), found });
      if (window !== undefined)
        await saveCursor(tx, pass.resource.name, windowScope(pass, window.start), { ...window });
    });

  let frontier = position.frontier === undefined ? undefined : Date.parse(position.frontier);
  let end = frontier === undefined ? cells.anchor : await olderEnd(pass, pull, cells, frontier);
  while (end !== undefined && end > cells.floor) {
    frontier = startOf(cells, end);
    const window = { start: formatInstant(frontier), end: formatInstant(end), cursor: null, done: false };
    await save(frontier, false, window);
    yield window;
    end = await olderEnd(pass, pull, cells, frontier);
  }
  await save(frontier ?? cells.floor, true);
}

/** The end of the newest window that contains anything older than the frontier; undefined if nothing is older. */
async function olderEnd(
  pass: Pass,
  pull: Pull & { by: 'window' },
  cells: Grid,
  frontier: number,
): Promise<number | undefined> {
  if (frontier <= cells.floor) return undefined;
  const before = formatInstant(frontier);
  const filter = time('created_at', 'time_is_before', frontier);
  const listing = { method: 'POST', route: pull.search, arguments: { filter }, limit: 1 } as const;
  const newest = await firstObject(pass, listing);
  if (newest === undefined) return undefined;
  const created = instantIn(newest, 'created_at');
  if (created === undefined) {
    throw new PermanentError(
      `POST ${pull.search}: the newest object before ${before} has no readable created_at`,
    );
  }
  if (created > frontier) throw filterIgnored(pull.search, filter, newest);
  return created < cells.floor ? undefined : endHolding(cells, created, frontier);
}

async function firstObject(pass: Pass, listing: Listing): Promise<unknown> {
  for await (const page of pages(pass.pylon, { ...listing, signal: pass.signal })) {
    pass.progress.pages += 1;
    return page.objects[0];
  }
}
