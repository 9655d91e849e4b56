import { formatInstant } from '../../instant.ts';
import type { Executor } from '../connection/connect.ts';
import { type Position, readCursor, readCursors, saveCursor } from './cursors.ts';

/** What is known of a type that is followed, or was. Times are RFC 3339. */
export interface TypePosition extends Position {
  /** Changes from then on are pulled: its first reading began then. Absent before. */
  readonly since?: string;
  /** Since when Pylon has answered that it does not know the type; absent while it does. */
  readonly unknown?: string;
}

const PREFIX = 'type ';

/** The scope in which a type's position is saved. */
export const scopeOfType = (type: string): string => `${PREFIX}${type}`;

const readType = (db: Executor, resource: string, type: string): Promise<TypePosition | undefined> =>
  readCursor<TypePosition>(db, resource, scopeOfType(type));

/** Notes that Pylon knows the type; `since` counts only if no reading of it has begun before. */
export async function noteKnownType(
  tx: Executor,
  resource: string,
  type: string,
  since: string | undefined,
): Promise<void> {
  const known = await readType(tx, resource, type);
  const begun = known?.since ?? since;
  if (known !== undefined && known.unknown === undefined && known.since === begun) return;
  await saveCursor(tx, resource, scopeOfType(type), begun === undefined ? {} : { since: begun });
}

/** Notes that Pylon does not know the type; the first such note counts. */
export async function noteUnknownType(tx: Executor, resource: string, type: string): Promise<void> {
  const known = await readType(tx, resource, type);
  if (known?.unknown !== undefined) return;
  const unknown = formatInstant(Date.now());
  await saveCursor(tx, resource, scopeOfType(type), { ...known, unknown });
}

/** The types that Pylon does not know, with the time since when. */
export async function unknownTypes(db: Executor, resource: string): Promise<ReadonlyMap<string, string>> {
  const saved = await readCursors<TypePosition>(db, resource, PREFIX);
  return new Map(
    saved.flatMap(({ scope, position: { unknown } }) =>
      unknown === undefined ? [] : [[scope.slice(PREFIX.length), unknown] as const],
    ),
  );
}
