import { writing } from '../../db/lease/transaction.ts';
import { readScopes, saveCursor } from '../../db/progress/cursors.ts';
import { noteKnownType, scopeOfType, type TypePosition } from '../../db/progress/types.ts';
import { formatInstant } from '../../instant.ts';
import type { Changes } from '../../resources/define.ts';
import { enumerateChanges } from '../enumerate/changes.ts';
import { type ByTypes, unlessUnknown } from '../enumerate/types.ts';
import { type ChangesPosition, changesOf } from '../pass/changes-position.ts';
import type { Pass } from '../pass/pass.ts';

/**
 * Reads what changed of each type since its own watermark. A type whose first reading has not begun is left out. One
 * that Pylon does not know, or that fails, stops no other.
 *
 * @throws the first failure, once all types were asked for.
 */
export async function enumerateTypeChanges(
  pass: Pass,
  { column }: ByTypes,
  changes: Changes,
  overlapSeconds: number,
): Promise<undefined> {
  const failures: unknown[] = [];
  for (const type of pass.ctx.types) {
    try {
      await unlessUnknown(pass, type, () => readChanges(pass, column, type, changes, overlapSeconds));
    } catch (error) {
      if (pass.signal.aborted) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function readChanges(
  pass: Pass,
  column: string,
  type: string,
  changes: Changes,
  overlapSeconds: number,
): Promise<void> {
  const { db, lease } = pass.ctx;
  const { name } = pass.resource;
  const scope = changesOf(type);
  const scopes = await readScopes(db.orm, name, [scopeOfType(type), scope]);
  const known = scopes.get(scopeOfType(type)) as TypePosition | undefined;
  if (known?.since === undefined) return;
  const saved = scopes.get(scope) as ChangesPosition | undefined;
  const position = saved ?? { watermark: formatInstant(Date.parse(known.since) - overlapSeconds * 1_000) };
  if (saved === undefined) await writing(db, lease, (tx) => saveCursor(tx, name, scope, position));
  const part = { scope, params: { [column]: type } };
  await enumerateChanges(pass, changes, { overlapSeconds, position, part });
  if (known.unknown !== undefined) await writing(db, lease, (tx) => noteKnownType(tx, name, type, undefined));
}
