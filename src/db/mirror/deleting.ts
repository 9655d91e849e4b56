import { sql } from 'drizzle-orm';
import { type Deleting, planDeletion } from '../../edits/deletion.ts';
import type { Values } from '../../edits/merge.ts';
import type { Asked } from '../../edits/plan.ts';
import { toJson } from '../../exact.ts';
import type { Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { col, editsAs } from '../edits/table.ts';
import { edits } from '../tables.ts';

const e = editsAs('e');

/** What is known of an unsettled DELETE: everything that its comparison needs except Pylon's present values. */
export interface Deletion extends Pick<Deleting, 'known' | 'decided' | 'readOnly'> {
  /** For a resource without a request for one record: what a listing has shown to have changed since. */
  readonly listed: { readonly contested: readonly string[]; readonly remote: Values };
}

interface Known {
  readonly known: Values;
  readonly held: readonly string[] | null;
  readonly remote: Values | null;
  readonly isDecided: boolean;
  readonly readOnly: readonly string[];
}

/**
 * Reads what a DELETE is compared with: Pylon's last known values when the record was deleted here (the deleted row
 * without its unsettled edits). A DELETE that is retried after a conflict also has the values that it conflicted
 * with. Undefined if there is no such edit.
 */
export async function readDeletion(
  db: Executor,
  { customFields }: Resource,
  edit: number,
): Promise<Deletion | undefined> {
  const { rows } = await db.execute<Known & Record<string, unknown>>(sql`
    SELECT pylon_sync._known_row(${e.resource}, ${e.record_id}, ${e.base}) || coalesce(${e.shadow}, '{}') AS known,
           ${e.held}, ${e.remote}, ${e.forced} IS NOT NULL AS "isDecided",
           ARRAY(SELECT f.slug FROM pylon.custom_fields AS f
                  WHERE f.object_type = ${customFields?.kind ?? ''} AND f.is_read_only AND f._deleted_at IS NULL) AS "readOnly"
      FROM ${edits} AS e WHERE ${e.id} = ${edit}`);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { known, held, remote, isDecided, readOnly } = row;
  return {
    ...{ known, readOnly: new Set(readOnly), listed: { contested: held ?? [], remote: remote ?? {} } },
    ...(isDecided && { decided: remote ?? {} }),
  };
}

/**
 * Notes in an unsettled DELETE the columns that a listing shows to have changed since. Where Pylon has no request for
 * one record, the DELETE is decided by these.
 */
export async function noteListed(
  tx: Executor,
  resource: Resource,
  edit: number,
  remote: Values,
  earlier: readonly Asked[],
): Promise<void> {
  const deletion = await readDeletion(tx, resource, edit);
  if (deletion === undefined) return;
  const plan = planDeletion(resource, { ...deletion, remote, earlier }, () => 'hold');
  const isContested = plan.contested.length > 0;
  await tx.execute(sql`
    UPDATE ${edits}
       SET ${col.held} = ${isContested ? sql.param([...plan.contested]) : null}::text[],
           ${col.remote} = coalesce(${isContested ? toJson(plan.remote) : null}::jsonb, ${col.remote})
     WHERE ${col.id} = ${edit}`);
}
