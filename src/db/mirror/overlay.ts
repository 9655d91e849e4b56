import { sql } from 'drizzle-orm';
import { attributeChanges } from '../../edits/attribution.ts';
import { kindsOf } from '../../edits/body.ts';
import { overlaid, type Values } from '../../edits/merge.ts';
import { UNSETTLED } from '../../edits/states.ts';
import { parseJson, toJson } from '../../exact.ts';
import type { Resource } from '../../resources/define.ts';
import type { Kind } from '../../resources/writes.ts';
import type { Executor } from '../connection/connect.ts';
import { col, editsAs } from '../edits/table.ts';
import { arrayLiteral, asTextArray } from '../row/fit.ts';
import { columnsIn } from '../row/remote-row.ts';
import { jsonColumns, type Row } from '../row/row.ts';
import { RowFaultError } from '../row/row-fault.ts';
import { edits } from '../tables.ts';
import { noteListed } from './deleting.ts';
import { noteChanges, type Step, trackedColumns, UNSEEN } from './history.ts';

const e = editsAs('e');

/** The values of columns, with lists converted to what a text array can store: an edit may contain others. */
export function fitting(resource: Resource, shown: Values): Values {
  const lists = jsonColumns(resource).filter(
    ({ name, type }) => type === 'text[]' && Array.isArray(shown[name]),
  );
  if (lists.length === 0) return shown;
  const fitted = lists.map(({ name }) => [name, asTextArray(shown[name] as readonly unknown[])]);
  return { ...shown, ...Object.fromEntries(fitted) };
}

/** The same row with other values in its columns. Its hash stays: it is that of Pylon's values. */
function withColumns(resource: Resource, row: Row, values: Values): Row {
  const written = parseJson(row.json) as unknown[];
  const shown = fitting(resource, values);
  jsonColumns(resource).forEach(({ name, type }, index) => {
    const value = shown[name] ?? null;
    written[index] = type === 'text[]' && Array.isArray(value) ? arrayLiteral(value) : value;
  });
  return { ...row, json: toJson(written) };
}

/**
 * A row with its unsettled edits applied on top.
 *
 * @throws RowFaultError, which names the edits, if they cannot be applied.
 */
function overlaidRow(
  resource: Resource,
  row: Row,
  remote: Values,
  edits: readonly Unsettled[],
  kinds: Readonly<Record<string, Kind>>,
): Row {
  try {
    return withColumns(resource, row, overlaid(remote, edits, kinds));
  } catch (cause) {
    const ids = edits.map(({ id }) => id).join(', ');
    throw new RowFaultError(`the changes of edits ${ids} cannot be applied to the row`, { cause });
  }
}

/** The part of an edit that decides what its row shows. */
interface Unsettled {
  readonly id: number;
  readonly record_id: string;
  readonly operation: string;
  readonly changes: Values;
  readonly base: Values;
  readonly attempts: number;
}

const STATES = sql.raw(UNSETTLED.map((state) => `'${state}'`).join(', '));

/** The unsettled edits of records, oldest first. */
export async function unsettledOf(
  tx: Executor,
  resource: string,
  ids: readonly string[],
): Promise<readonly Unsettled[]> {
  const { rows } = await tx.execute<Unsettled & Record<string, unknown>>(sql`
    SELECT ${col.id}::float8, ${col.record_id}, ${col.operation}, ${col.changes}, ${col.base}, ${col.attempts} + ${col.in_doubt}::integer AS attempts FROM ${edits}
     WHERE ${col.resource} = ${resource} AND ${col.record_id} = ANY(${sql.param([...ids])}::text[]) AND ${col.state} IN (${STATES})
     ORDER BY ${col.id}`);
  return rows;
}

/** Rows as users are to see them: Pylon's values with unsettled edits on top. */
export interface ShownRows {
  readonly rows: readonly Row[];
  /** Ids of the rows with unsettled edits. */
  readonly edited: ReadonlySet<string>;
  /**
   * Must be called after the rows were written, with the ids of those that were. For the edited ones among them,
   * notes what changed in Pylon and saves Pylon's values of the edited columns as the edits' shadows. Notes no change
   * for `mended` rows, whose previous values were not Pylon's.
   */
  noteSeen(tx: Executor, written: ReadonlySet<string>, mended?: ReadonlySet<string>): Promise<void>;
}

/** SQL: names and values of a row's columns as arguments of `jsonb_build_object`. */
export const pairs = (alias: string, columns: readonly string[]) =>
  sql.join(
    columns.map((column) => sql`${column}::text, ${sql.identifier(alias)}.${sql.identifier(column)}`),
    sql`, `,
  );

/** Pylon's last known values of records, by id, in the columns whose history is kept and those that edits change. */
async function knownOf(
  tx: Executor,
  resource: Resource,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Values>> {
  if (resource.history === undefined || ids.length === 0) return new Map();
  const { rows } = await tx.execute<{ id: string; known: Values }>(sql`
    SELECT id, pylon_sync._known_row(${resource.name}, id, jsonb_build_object(${pairs('existing', trackedColumns(resource))})) AS known
      FROM ${resource.table} AS existing
     WHERE id = ANY(${sql.param([...ids])}::text[]) AND NOT (_hash = ANY(${sql.param([...UNSEEN])}::text[]))`);
  return new Map(rows.map(({ id, known }) => [id, known]));
}

/**
 * Applies unsettled edits on top of Pylon's values, and returns the rows to write. It leaves out records that have an
 * unsettled DELETE; if Pylon has no request for a single record of the resource, `noteSeen` saves with the DELETE
 * what has changed. The caller must have locked the rows, so that nobody edits them meanwhile.
 *
 * @throws RowFaultError if the edits of a row cannot be applied.
 */
export async function withEdits(tx: Executor, resource: Resource, rows: readonly Row[]): Promise<ShownRows> {
  const edits = new Map<string, Unsettled[]>();
  if (resource.writes !== undefined && rows.length > 0) {
    const ids = rows.map(({ id }) => id);
    for (const edit of await unsettledOf(tx, resource.name, ids))
      edits.set(edit.record_id, [...(edits.get(edit.record_id) ?? []), edit]);
  }
  if (edits.size === 0) return { rows, edited: new Set(), noteSeen: async () => {} };
  const kinds = kindsOf(resource);
  const remotes = new Map<string, Values>();
  const deleting = new Map<number, Row>();
  const shown = rows.flatMap((row) => {
    const own = edits.get(row.id);
    if (own === undefined) return [row];
    const deletion = own.find(({ operation }) => operation === 'delete');
    if (deletion !== undefined) {
      deleting.set(deletion.id, row);
      return [];
    }
    const remote = columnsIn(resource, row);
    remotes.set(row.id, remote);
    return [overlaidRow(resource, row, remote, own, kinds)];
  });
  const known = await knownOf(tx, resource, [...remotes.keys()]);
  return {
    rows: shown,
    edited: new Set(edits.keys()),
    async noteSeen(tx, written, mended) {
      const steps: Step[] = [];
      const shadows: Shadow[] = [];
      for (const [id, remote] of remotes) {
        if (!written.has(id)) continue;
        const own = (edits.get(id) ?? []).filter(({ operation }) => operation === 'update');
        const before = mended?.has(id) === true ? undefined : known.get(id);
        if (before !== undefined) steps.push(...stepsTo(id, before, remote, own, kinds));
        shadows.push(...own.map((edit) => shadowOf(edit, remote)));
      }
      await keepShadows(tx, shadows);
      await noteChanges(tx, resource, steps);
      if (resource.get !== undefined) return;
      for (const [id, row] of deleting) {
        const earlier = (edits.get(row.id) ?? []).filter(({ operation }) => operation === 'update');
        await noteListed(tx, resource, id, columnsIn(resource, row), earlier);
      }
    },
  };
}

/**
 * The steps from Pylon's known values to its present ones: first what sent edits caused, then what was changed in
 * Pylon.
 */
function stepsTo(
  id: string,
  known: Values,
  remote: Values,
  edits: readonly Unsettled[],
  kinds: Readonly<Record<string, Kind>>,
): readonly Step[] {
  const sent = edits.filter(({ attempts }) => attempts > 0);
  const { steps, after } = attributeChanges(sent, known, remote, kinds);
  return [...steps.map((step) => ({ id, ...step })), { id, was: after, becomes: remote }];
}

/** Pylon's values of the columns that an edit changes. */
interface Shadow {
  readonly id: number;
  readonly shadow: Values;
}

const shadowOf = ({ id, changes }: Unsettled, remote: Values): Shadow => ({
  id,
  shadow: Object.fromEntries(Object.keys(changes).map((column) => [column, remote[column] ?? null])),
});

/** Saves Pylon's values with the edits. Edits that have them already are not written. */
async function keepShadows(tx: Executor, shadows: readonly Shadow[]): Promise<void> {
  if (shadows.length === 0) return;
  await tx.execute(sql`
    UPDATE ${edits} AS e SET ${col.shadow} = seen.shadow
      FROM jsonb_to_recordset(${toJson(shadows)}::jsonb) AS seen(id bigint, shadow jsonb)
     WHERE ${e.id} = seen.id AND ${e.shadow} IS DISTINCT FROM seen.shadow`);
}
