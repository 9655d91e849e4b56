import { readCursor } from '../../db/progress/cursors.ts';
import type { Pull } from '../../resources/define.ts';
import { eachBatch } from '../pass/batches.ts';
import { filterIgnored, instantIn, time } from '../pass/filters.ts';
import type { Pass } from '../pass/pass.ts';
import type { WindowPosition } from './discover.ts';

/** The largest page that a search allows. */
const SEARCH_LIMIT = 999;

/** Milliseconds by which the search overlaps the newest window: its bounds may or may not be included. */
const OVERLAP_MS = 1_000;

/**
 * Reads what was created after the newest window's end: while the windows were read, in the second of the anchor, or
 * with a date in the future.
 *
 * @throws PermanentError when Pylon ignores the search's filter.
 */
export async function readNewest(pass: Pass, pull: Pull & { by: 'window' }): Promise<void> {
  const position = await readCursor<WindowPosition>(pass.ctx.db.orm, pass.resource.name, pass.scope.name);
  if (position?.anchor === undefined) return;
  const bound = Date.parse(position.anchor) - OVERLAP_MS;
  const filter = time('created_at', 'time_is_after', bound);
  const listing = {
    method: 'POST',
    route: pull.search,
    arguments: { filter },
    limit: SEARCH_LIMIT,
  } as const;
  const inspect = (objects: readonly unknown[]) => {
    for (const object of objects) {
      const created = instantIn(object, 'created_at');
      if (created !== undefined && created < bound) throw filterIgnored(pull.search, filter, object);
    }
  };
  await eachBatch(pass, listing, { inspect }, async ({ batch }) => {
    await pass.keep(batch);
    pass.step('stored a page');
  });
}
