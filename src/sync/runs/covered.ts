import type { Executor } from '../../db/connection/connect.ts';
import { readCursor, readCursors } from '../../db/progress/cursors.ts';
import type { Resource } from '../../resources/define.ts';
import { changeColumn } from '../../resources/index.ts';
import { CHANGES, type ChangesPosition, changesOf } from '../pass/changes-position.ts';
import type { PassPosition } from '../pass/pass.ts';

/**
 * Until when earlier passes have covered the changes of a resource, in epoch milliseconds. A change before that which
 * the row does not show is drift. Undefined while no pass covers the resource, or where Pylon does not say when an
 * object changed.
 */
export async function coveredUntil(
  db: Executor,
  resource: Resource,
  overlapSeconds: number,
): Promise<number | undefined> {
  const { name } = resource;
  if (changeColumn(resource) === undefined) return undefined;
  if (resource.changes !== undefined) {
    if (resource.pull.by === 'types') {
      const parts = await readCursors<ChangesPosition>(db, name, changesOf(''));
      const times = parts.map(({ position }) => Date.parse(position.watermark ?? ''));
      return times.length === 0 || times.some(Number.isNaN) ? undefined : Math.min(...times);
    }
    const position = await readCursor<ChangesPosition>(db, name, CHANGES);
    return position?.watermark == null ? undefined : Date.parse(position.watermark);
  }
  const listed = await readCursor<PassPosition>(db, name, 'lists');
  if (listed?.done !== true || listed.ended !== 'done') return undefined;
  return Date.parse(listed.pass) - overlapSeconds * 1_000;
}
