import { sql } from 'drizzle-orm';
import { kindsOf } from '../../edits/body.ts';
import { type Field, fieldsIn, nameOf, type Values, valueIn } from '../../edits/merge.ts';
import { moves } from '../../edits/states.ts';
import { toJson } from '../../exact.ts';
import type { Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { col } from '../edits/table.ts';
import { edits } from '../tables.ts';
import { type EditOutcome, ENDED, type Ended, settleEdit } from './end.ts';

/** An edit, and the fields that it has now changed in Pylon. */
export interface Edited {
  readonly id: number;
  readonly fields: readonly string[];
  readonly except: readonly number[];
}

/** A new edit of a field replaces one that is in conflict about it. */
export async function supersede(
  tx: Executor,
  resource: Resource,
  record: string,
  by: Edited,
): Promise<readonly Ended[]> {
  const ended: Ended[] = [];
  const { rows } = await tx.execute<{ id: number; held: readonly string[] | null }>(sql`
    SELECT ${col.id}::float8, ${col.held} FROM ${edits}
     WHERE ${col.resource} = ${resource.name} AND ${col.record_id} = ${record} AND ${col.operation} = 'update' AND ${col.state} = 'conflict' AND ${col.id} < ${by.id}
       AND NOT (${col.id} = ANY(${sql.param([...by.except])}::bigint[]))`);
  for (const { id, held: waiting } of rows) {
    const left = (waiting ?? []).filter((name) => !by.fields.includes(name));
    if (left.length === (waiting ?? []).length) continue;
    if (left.length > 0)
      await tx.execute(
        sql`UPDATE ${edits} SET ${col.held} = ${sql.param(left)}::text[] WHERE ${col.id} = ${id}`,
      );
    else
      ended.push(...(await settleEdit(tx, { id, event: 'discard', error: `superseded by edit ${by.id}` })));
  }
  return ended;
}

/** The values of the named fields; if `others` is set, of all other fields. */
function pickFields(
  values: Values,
  fields: readonly Field[],
  names: ReadonlySet<string>,
  others: boolean,
): Values {
  const picked: Record<string, unknown> = {};
  for (const { column, slug } of fields.filter((field) => names.has(nameOf(field)) !== others)) {
    const value = valueIn(values, { column, ...(slug === undefined ? {} : { slug }) }) ?? null;
    picked[column] =
      slug === undefined ? value : { ...(picked[column] as Values | undefined), [slug]: value };
  }
  return picked;
}

/**
 * Discards the fields of drafts that a later edit has now changed in Pylon, so that neither the row nor an approval
 * returns to the drafts' values. A draft without other fields is discarded; otherwise these fields are split off as a
 * discarded edit of their own. Changes of sets stay, because a later edit changes a set in a different way.
 */
export async function supersedeDrafts(
  tx: Executor,
  resource: Resource,
  record: string,
  editOutcomes: readonly EditOutcome[],
): Promise<readonly Ended[]> {
  const settled = editOutcomes.filter(({ event }) => event === 'settle').map(({ id }) => id);
  if (settled.length === 0) return [];
  // A draft that was approved while the later edit was under way has not been compared yet.
  const { rows } = await tx.execute<{ id: number; isDraft: boolean; changes: Values; base: Values }>(sql`
    SELECT ${col.id}::float8, ${col.id} <> ALL(${sql.param(settled)}::bigint[]) AS "isDraft", ${col.changes}, ${col.base} FROM ${edits}
     WHERE ${col.resource} = ${resource.name} AND ${col.record_id} = ${record} AND ${col.operation} = 'update'
       AND (${col.id} = ANY(${sql.param(settled)}::bigint[])
            OR (${col.id} < ${Math.max(...settled)} AND (${col.state} = 'draft' OR (${col.state} = 'pending' AND ${col.attempts} = 0 AND NOT ${col.in_doubt}))))`);
  const all = rows.map((row) => ({ ...row, fields: fieldsIn(row.changes, row.base, kindsOf(resource)) }));
  const ended: Ended[] = [];
  for (const { id, changes, base, fields } of all.filter(({ isDraft }) => isDraft)) {
    const later = all.filter((one) => !one.isDraft && one.id > id);
    const covered = (field: Field) =>
      later.find(
        (one) => field.kind !== 'set' && one.fields.some((other) => nameOf(other) === nameOf(field)),
      );
    const names = new Set(fields.filter((field) => covered(field) !== undefined).map(nameOf));
    const by = later.find((one) => one.fields.some((field) => names.has(nameOf(field))));
    if (by === undefined) continue;
    const error = `superseded by edit ${by.id}`;
    if (names.size === fields.length) {
      ended.push(...(await settleEdit(tx, { id, event: 'discard', error })));
      continue;
    }
    const part = (values: Values, others: boolean) => toJson(pickFields(values, fields, names, others));
    const { rows: parted } = await tx.execute<Ended & Record<string, unknown>>(sql`
      WITH split AS (
        UPDATE ${edits} SET ${col.changes} = ${part(changes, true)}::jsonb, ${col.base} = ${part(base, true)}::jsonb
         WHERE ${col.id} = ${id} RETURNING ${col.actor}, ${col.created_at})
      INSERT INTO ${edits} (${col.resource}, ${col.record_id}, ${col.operation}, ${col.changes}, ${col.base}, ${col.state}, ${col.error}, ${col.actor}, ${col.created_at}, ${col.settled_at})
      SELECT ${resource.name}, ${record}, 'update', ${part(changes, false)}::jsonb, ${part(base, false)}::jsonb,
             ${moves('discard').to}, ${`${error}, a part of edit ${id}`}, ${col.actor}, ${col.created_at}, clock_timestamp() FROM split
      RETURNING ${ENDED}`);
    ended.push(...parted);
  }
  return ended;
}
