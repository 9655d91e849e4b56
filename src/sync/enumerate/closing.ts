import { readCursor } from '../../db/cursors.ts';
import type { Pull } from '../../resources/define.ts';
import { batches } from '../batches.ts';
import type { Pass } from '../pass.ts';
import { formatInstant } from '../windows.ts';
import { createdAt, createdSearch, filterIgnored } from './created.ts';
import type { WindowPosition } from './discover.ts';

/** Largest page of a search. */
const SEARCH_LIMIT = 999;

/** Seconds the search reaches back over the newest window: its bounds may or may not be counted in. */
const OVERLAP_MS = 1_000;

/**
 * Reads what was created from the newest window's end on: while the windows were read, in the second of
 * the anchor, and whatever bears a date in the future.
 *
 * @throws PermanentError when Pylon ignores the search's filter.
 */
export async function readNewest(pass: Pass, pull: Pull & { by: 'window' }): Promise<void> {
  const position = await readCursor<WindowPosition>(pass.ctx.db.orm, pass.resource.name, pass.scope.name);
  if (position?.anchor === undefined) return;
  const bound = Date.parse(position.anchor) - OVERLAP_MS;
  const after = formatInstant(bound);
  const listing = createdSearch(pull.search, 'time_is_after', after, SEARCH_LIMIT);
  const inspect = (objects: readonly unknown[]) => {
    for (const object of objects) {
      const created = createdAt(object);
      if (created !== undefined && created < bound)
        throw filterIgnored(pull.search, 'time_is_after', after, created);
    }
  };
  for await (const { batch } of batches(pass, listing, { inspect })) {
    await pass.keep(batch);
    pass.step('stored a page');
  }
}
