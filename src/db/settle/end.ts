import { sql } from 'drizzle-orm';
import { attributeChanges } from '../../edits/attribution.ts';
import { kindsOf } from '../../edits/body.ts';
import { compare, fieldsIn, nameOf, overlaid, type Values, valueIn, withField } from '../../edits/merge.ts';
import { type Event, moves, type State, UNSETTLED } from '../../edits/states.ts';
import { toJson } from '../../exact.ts';
import type { Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { statesIn } from '../edits/queue.ts';
import { col } from '../edits/table.ts';
import { noteChanges } from '../mirror/history.ts';
import { fitting, pairs, unsettledOf } from '../mirror/overlay.ts';
import { edits } from '../tables.ts';

/** The outcome of one edit. */
export interface EditOutcome {
  readonly id: number;
  readonly event: Extract<Event, 'settle' | 'hold' | 'refuse' | 'discard'>;
  readonly error?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** The fields in conflict. */
  readonly conflicting?: readonly string[] | undefined;
  /** Pylon's values of its fields when it was compared. */
  readonly remote?: Values | undefined;
  readonly sent?: Values | undefined;
  /** The create that it depends on, without which it could not be sent. */
  readonly dependsOn?: number | undefined;
}

/** An edit that was settled, or about which a person has to decide now. */
export interface Ended {
  readonly edit: number;
  readonly resource: string;
  readonly record: string;
  readonly operation: string;
  readonly state: State;
  readonly actor: string;
  readonly requestId: string | null;
  readonly error: string | null;
}

/** SQL: what a statement that settles edits returns of each. */
export const ENDED = sql`${col.id}::float8 AS edit, ${col.resource}, ${col.record_id} AS record, ${col.operation}, ${col.state},
  ${col.actor}, ${col.request_id} AS "requestId", ${col.error}`;

const json = (value: unknown) => (value === undefined ? null : toJson(value));

/** Settles one edit. Returns it, or nothing if it was settled already. */
export async function settleEdit(tx: Executor, editOutcome: EditOutcome): Promise<readonly Ended[]> {
  const { from, to } = moves(editOutcome.event);
  const { rows } = await tx.execute<Ended & Record<string, unknown>>(sql`
    UPDATE ${edits}
       SET ${col.state} = ${to}, ${col.answer} = NULL, ${col.settled_at} = ${to === 'conflict' ? null : sql`clock_timestamp()`}, ${col.error} = ${editOutcome.error ?? null},
           ${col.http_status} = ${editOutcome.status ?? null}, ${col.request_id} = ${editOutcome.requestId ?? null},
           ${col.depends_on} = ${editOutcome.dependsOn ?? null}, ${col.held} = ${editOutcome.conflicting === undefined ? null : sql.param([...editOutcome.conflicting])}::text[],
           ${col.remote} = coalesce(${json(editOutcome.remote)}::jsonb, ${col.remote}), ${col.sent} = coalesce(${json(editOutcome.sent)}::jsonb, ${col.sent})
     WHERE ${col.id} = ${editOutcome.id} AND ${col.state} = ANY(${statesIn(from)})
    RETURNING ${ENDED}`);
  return rows;
}

/** Settles edits, one after the other. */
export async function settleEach(
  tx: Executor,
  editOutcomes: readonly EditOutcome[],
): Promise<readonly Ended[]> {
  const ended: Ended[] = [];
  for (const editOutcome of editOutcomes) ended.push(...(await settleEdit(tx, editOutcome)));
  return ended;
}

/** The edits to settle, and Pylon's values to compare them with. */
interface EndingEdits {
  readonly resource: Resource;
  readonly record: string;
  readonly editOutcomes: readonly EditOutcome[];
  /** Pylon's present values; undefined if they are not known. */
  readonly remote: Values | undefined;
}

/**
 * Settles edits of a record whose row is locked. Notes the changes that they caused in Pylon, and sets the row to
 * Pylon's values with the remaining edits on top, so that refused values disappear from it even if Pylon's object is
 * not available. Returns Pylon's known values (undefined if there is no row) and how the edits ended.
 */
export async function settleEditsOf(
  tx: Executor,
  { resource, record, editOutcomes, remote }: EndingEdits,
): Promise<{ readonly known: Values | undefined; readonly ended: readonly Ended[] }> {
  const { name, writes } = resource;
  const kinds = kindsOf(resource);
  const looked = [...new Set([...(resource.history ?? []), ...Object.keys(writes?.columns ?? {})])];
  const all = await unsettledOf(tx, name, [record]);
  const updates = all.filter(({ operation }) => operation === 'update');
  const fateOf = new Map(editOutcomes.map((editOutcome) => [editOutcome.id, editOutcome]));
  const ending = updates.filter(({ id }) => fateOf.has(id));
  const { rows } = await tx.execute<{ known: Values | null }>(sql`
    SELECT pylon_sync._known_row(${name}, ${record}, coalesce(
      (SELECT jsonb_build_object(${pairs('existing', looked)}) FROM ${resource.table} AS existing WHERE id = ${record} AND _deleted_at IS NULL),
      (SELECT ${col.base} FROM ${edits}
        WHERE ${col.resource} = ${name} AND ${col.record_id} = ${record} AND ${col.operation} = 'delete' AND ${col.state} = ANY(${statesIn(UNSETTLED)})))) AS known`);
  const ended = await settleEach(tx, editOutcomes);
  const known = rows[0]?.known ?? undefined;
  if (known === undefined || ending.length === 0) return { known, ended };
  const { steps, after } = attributeChanges(ending, known, remote, kinds, (edit, field) => {
    const editOutcome = fateOf.get(edit.id);
    if (remote === undefined) return editOutcome?.event === 'settle';
    // Somebody else had made the change before the edit was first sent.
    const before = editOutcome?.remote?.[nameOf(field)];
    return edit.attempts > 1 || before === undefined || compare(field, before, true) !== 'there';
  });
  await noteChanges(
    tx,
    resource,
    steps.map((step) => ({ id: record, ...step })),
  );
  const left = updates.filter(({ id }) => !fateOf.has(id));
  // A DELETE of the row is compared with Pylon's values after these edits. An existing row is written with
  // Pylon's object, which also notes changes by others.
  const isDeleting = all.some(({ operation }) => operation === 'delete');
  const stands = ending
    .filter(({ id }) => isDeleting && remote !== undefined && fateOf.get(id)?.event === 'settle')
    .flatMap(({ changes, base }) => fieldsIn(changes, base, kinds))
    .reduce((row, field) => withField(row, field, valueIn(remote ?? {}, field)), after);
  const shown = fitting(resource, overlaid(stands, left, kinds));
  const columns = Object.fromEntries(
    ending.flatMap(({ changes }) => Object.keys(changes)).map((column) => [column, shown[column] ?? null]),
  );
  await tx.execute(sql`
    SELECT pylon_sync._put_columns(${name}, ${record}, ${toJson(columns)}::jsonb || jsonb_build_object('_synced_at', clock_timestamp())),
           pylon_sync._save_shadows(${name}, ${record}, ${toJson(stands)}::jsonb)`);
  // If the DELETE of the row is undone, the row is restored with these values.
  if (isDeleting)
    await tx.execute(sql`
      UPDATE ${edits} SET ${col.base} = ${col.base} || ${toJson(columns)}::jsonb
       WHERE ${col.resource} = ${name} AND ${col.record_id} = ${record} AND ${col.operation} = 'delete' AND ${col.state} = ANY(${statesIn(UNSETTLED)})`);
  return { known: after, ended };
}
