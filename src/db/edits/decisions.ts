import { type SQL, sql } from 'drizzle-orm';
import type { Values } from '../../edits/merge.ts';
import type { State } from '../../edits/states.ts';
import { PermanentError } from '../../errors.ts';
import type { Executor } from '../connection/connect.ts';
import { sqlState } from '../connection/sql-state.ts';
import { utc } from '../connection/utc.ts';
import { edits } from '../tables.ts';
import { col, editsAs } from './table.ts';

const e = editsAs('e');

/** An edit for people to read. Times are RFC 3339 in UTC. */
export interface EditDetails {
  readonly id: number;
  readonly resource: string;
  readonly record_id: string;
  readonly operation: string;
  readonly state: State;
  readonly changes: Values;
  readonly base: Values;
  readonly shadow: Values | null;
  readonly held: readonly string[] | null;
  readonly attempts: number;
  readonly next_attempt_at: string;
  readonly error: string | null;
  readonly http_status: number | null;
  readonly request_id: string | null;
  /** Pylon's values, by field as `nameOf` names it. */
  readonly remote: Values | null;
  readonly sent: Values | null;
  /** Whether Pylon has answered it, but the outcome could not be stored yet. */
  readonly is_answered: boolean;
  readonly actor: string;
  /** Null if the database was copied or restored since. */
  readonly txid: number | null;
  readonly created_at: string;
  readonly sent_at: string | null;
  readonly settled_at: string | null;
}

/** Which edits to select: those that match all given conditions. An absent condition matches all. */
export interface EditFilter {
  readonly ids?: readonly number[];
  readonly states?: readonly string[];
  readonly resources?: readonly string[];
  readonly record?: string | undefined;
  readonly olderThanSeconds?: number | undefined;
  readonly txid?: number | undefined;
}

function condition({ ids = [], states = [], resources = [], record, olderThanSeconds, txid }: EditFilter) {
  const among = (column: SQL, values: readonly (string | number)[], type: SQL) =>
    values.length === 0 ? [] : [sql`${column} = ANY(${sql.param([...values])}::${type})`];
  const all = [
    sql`true`,
    ...among(col.id, ids, sql`bigint[]`),
    ...among(col.state, states, sql`text[]`),
    ...among(col.resource, resources, sql`text[]`),
    ...(record === undefined ? [] : [sql`${col.record_id} = ${record}`]),
    ...(txid === undefined ? [] : [sql`${col.txid} = ${txid}`]),
    ...(olderThanSeconds === undefined
      ? []
      : [sql`${col.created_at} < clock_timestamp() - make_interval(secs => ${olderThanSeconds})`]),
  ];
  return sql.join(all, sql` AND `);
}

/** The newest selected edits, newest first, and the number of all selected. */
export async function findEdits(
  db: Executor,
  filter: EditFilter,
  limit: number,
): Promise<{ readonly total: number; readonly edits: readonly EditDetails[] }> {
  const which = condition(filter);
  const { rows } = await db.execute<EditDetails & Record<string, unknown>>(sql`
    SELECT ${col.id}::float8, ${col.resource}, ${col.record_id}, ${col.operation}, ${col.state}, ${col.changes}, ${col.base}, ${col.shadow}, ${col.held}, ${col.attempts},
           ${utc('next_attempt_at')} AS next_attempt_at, ${col.error}, ${col.http_status}, ${col.request_id}, ${col.remote}, ${col.sent}, ${col.answer} IS NOT NULL AS is_answered, ${col.actor},
           ${col.txid}::float8, ${utc('created_at')} AS created_at, ${utc('sent_at')} AS sent_at,
           ${utc('settled_at')} AS settled_at
      FROM ${edits} AS e WHERE ${which} ORDER BY ${e.id} DESC LIMIT ${limit}`);
  if (rows.length < limit) return { total: rows.length, edits: rows };
  const counted = await db.execute<{ total: number }>(
    sql`SELECT count(*)::float8 AS total FROM ${edits} WHERE ${which}`,
  );
  return { total: counted.rows[0]?.total ?? 0, edits: rows };
}

/** Ids and states of the selected edits, oldest first. */
export async function chooseEdits(
  db: Executor,
  filter: EditFilter,
): Promise<readonly { readonly id: number; readonly resource: string; readonly state: State }[]> {
  const { rows } = await db.execute<{ id: number; resource: string; state: State }>(
    sql`SELECT ${col.id}::float8, ${col.resource}, ${col.state} FROM ${edits} AS e WHERE ${condition(filter)} ORDER BY ${e.id}`,
  );
  return rows;
}

/** What a person can decide about edits. */
export type Decision = 'retry' | 'discard' | 'approve' | 'local' | 'pylon';

const CALLS: Readonly<Record<Decision, (ids: SQL) => SQL>> = {
  retry: (ids) => sql`SELECT pylon_sync.retry_edits(${ids}) AS moved`,
  discard: (ids) => sql`SELECT pylon_sync.discard_edits(${ids}) AS moved`,
  approve: (ids) => sql`SELECT pylon_sync.approve_edits(${ids}) AS moved`,
  local: (ids) => sql`SELECT pylon_sync.resolve_edits(${ids}, 'local') AS moved`,
  pylon: (ids) => sql`SELECT pylon_sync.resolve_edits(${ids}, 'pylon') AS moved`,
};

const UNDEFINED_FUNCTION = '42883';

/**
 * Carries out a decision, by the SQL functions that people can call too. Returns how many edits changed their state.
 */
export async function decide(db: Executor, decision: Decision, ids: readonly number[]): Promise<number> {
  try {
    const list = sql`${sql.param([...ids])}::bigint[]`;
    const { rows } = await db.execute<{ moved: number }>(CALLS[decision](list));
    return rows[0]?.moved ?? 0;
  } catch (cause) {
    if (sqlState(cause) !== UNDEFINED_FUNCTION) throw cause;
    throw new PermanentError('the database lacks functions of this version: run `pylon-sync migrate`', {
      cause,
    });
  }
}
