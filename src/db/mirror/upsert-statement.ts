import { type SQL, sql } from 'drizzle-orm';
import type { Order } from '../../order.ts';
import type { Resource } from '../../resources/define.ts';
import { changeColumn } from '../../resources/index.ts';
import { fixed, oncePer } from '../connection/fixed.ts';
import { FROM_JSON } from '../row/fit.ts';
import { jsonColumns, type Row } from '../row/row.ts';
import { isWatched } from './altered.ts';
import { noting, trackedColumns } from './history.ts';

/** The rows of one answer, and the answer's place in the order of requests. */
export interface Answered {
  readonly rows: readonly Row[];
  readonly order: Order;
}

const quoted = (column: string) => sql`${sql.identifier(column)}`;
const list = (parts: readonly SQL[]) => sql.join([...parts], sql`, `);

/** What is the same in all statements that write rows of a resource. */
const partsOf = oncePer((resource: Resource) => {
  const { table } = resource;
  const columns = jsonColumns(resource);
  const written = [
    ...columns.map((column) => column.name),
    '_synced_at',
    '_deleted_at',
    '_extra',
    '_hash',
    '_order',
  ];
  const values = [
    ...columns.map(({ type }, index) => sql.raw(FROM_JSON[type](index))),
    sql`statement_timestamp()`,
    sql`NULL::timestamptz`,
    sql.raw(FROM_JSON.jsonb(columns.length)),
    sql.raw(FROM_JSON.text(columns.length + 1)),
  ];
  const time = changeColumn(resource);
  const newer =
    time === undefined
      ? sql`false`
      : sql`(existing._deleted_at IS NULL AND excluded.${quoted(time)} > existing.${quoted(time)})`;
  const changedAt = time === undefined ? sql`NULL` : sql`extract(epoch FROM existing.${quoted(time)}) * 1000`;
  return {
    /** The place in a row's JSON after its hash. */
    place: columns.length + 2,
    insert: fixed(sql`
    INSERT INTO ${table} AS existing (${list(written.map(quoted))})
    SELECT ${list(values)}`),
    update: fixed(sql`
    ON CONFLICT (id) DO UPDATE SET
      ${list(
        written
          .filter((column) => column !== 'id' && column !== '_order')
          .map((column) => sql`${quoted(column)} = excluded.${quoted(column)}`),
      )},
      _order = greatest(existing._order, excluded._order)`),
    // Rows with a pending deletion, and damaged ones, are written although their digest is the same.
    newerOrSame: fixed(sql`${newer} OR (existing._deleted_at IS NULL AND existing._hash = excluded._hash)`),
    returning: fixed(
      sql`RETURNING id, (xmax = 0) AS inserted, (${changedAt})::float8 AS at, ${isWatched(resource)} AS watched`,
    ),
  };
});

/**
 * The statement that writes rows, built from the table's columns. It passes a page as one `jsonb` array of arrays,
 * unpacked by position: the fastest way measured (bench/RESULTS.md). It also notes the changes of the rows in
 * `tracked`. With several answers, each row has the place of its own as a last element.
 */
export function upsertStatement(
  resource: Resource,
  rows: readonly Row[],
  answers: readonly Answered[],
  tracked: readonly string[],
): SQL {
  const { insert, update, newerOrSame, returning, place } = partsOf(resource);
  const { answered, asked, jsonOf } = ordersOf(answers, place);
  const page = `[${rows.map(jsonOf).join(',')}]`;
  const write = sql`${insert}, ${answered} FROM jsonb_array_elements(${page}::jsonb) AS page(r) ${update}
    WHERE existing._order < ${asked} OR ${newerOrSame}
    ${returning}`;
  if (tracked.length === 0) return write;
  const { table } = resource;
  const compared = list(trackedColumns(resource).map(quoted));
  return sql`
    WITH was AS MATERIALIZED (SELECT id, ${compared} FROM ${table} WHERE id = ANY(${sql.param([...tracked])}::text[])),
         becomes AS (${write}, ${compared}),
         noted AS (${noting(resource)})
    SELECT id, inserted, at, watched FROM becomes`;
}

/**
 * SQL for the orders of rows: when a row's answer arrived, and when the answer was asked for that the row to be inserted
 * comes from (`excluded` has no other columns than the table, but no two answers arrived at one place). Also the JSON of
 * a row, whose element `index` says which answer is the row's.
 */
function ordersOf(answers: readonly Answered[], index: number) {
  const [only] = answers;
  if (only !== undefined && answers.length === 1)
    return {
      answered: sql`${only.order.answered}::bigint`,
      asked: sql`${only.order.asked}::bigint`,
      jsonOf: ({ json }: Row) => json,
    };
  const places = new Map(answers.flatMap(({ rows }, place) => rows.map(({ id }) => [id, place])));
  const all = (which: keyof Order) =>
    sql`${sql.param(answers.map(({ order }) => `${order[which]}`))}::bigint[]`;
  return {
    answered: sql`(${all('answered')})[(r->>${sql.raw(`${index}`)})::integer + 1]`,
    asked: sql`(${all('asked')})[array_position(${all('answered')}, excluded._order)]`,
    jsonOf: ({ id, json }: Row) => `${json.slice(0, -1)},${places.get(id)}]`,
  };
}

/** What the table has of rows: what `upsert` reads first, or takes from the transaction's opening. */
export const existingRows = ({ table }: Resource, answers: readonly Answered[]): SQL => sql`
  SELECT id, _hash AS hash, _deleted_at IS NOT NULL AS deleted FROM ${table}
   WHERE id = ANY(${sql.param(answers.flatMap(({ rows }) => rows.map(({ id }) => id)))}::text[])`;
