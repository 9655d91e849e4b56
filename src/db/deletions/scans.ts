import { and, desc, eq, isNotNull, type SQL, sql } from 'drizzle-orm';
import { ZERO_TIME } from '../../instant.ts';
import type { MirrorTable, Query, Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { isGiven } from '../row/provisional.ts';
import { scanCandidates, scanSeen, scans } from '../tables.ts';

export type ScanState = 'listing' | 'judging' | 'applied' | 'stopped' | 'abandoned';

/** An enumeration from whose end deletions are inferred. */
export interface Scan {
  readonly id: number;
  readonly resource: string;
  readonly kind: string;
  readonly state: ScanState;
  /** The place in the order of requests before the scan's first request. */
  readonly firstOrder: bigint;
  /** When a person approved it after it was stopped, RFC 3339; null if nobody did. */
  readonly approvedAt: string | null;
}

/** The part of a table that a finished listing has enumerated. Rows outside it are not candidates. */
export interface Span {
  /** Bounds of `created_at` in epoch milliseconds, from `from` to before `to`; absent if the listing had none. */
  readonly created?: { readonly from: number; readonly to: number };
  /** Queries of the listing that Pylon refused: rows whose columns match one are not candidates. */
  readonly except: readonly Query[];
  /** Queries of which rows must match one, if the listing had only these; absent if it had no parts. */
  readonly among?: readonly Query[];
}

const COLUMNS = {
  id: scans.id,
  resource: scans.resource,
  kind: scans.kind,
  state: scans.state,
  firstOrder: scans.first_order,
  approvedAt: scans.approved_at,
};

/** Begins a scan, which lists what is there, or is in `state` from the start. Must run in a writing transaction. */
export async function beginScan(
  tx: Executor,
  scan: Pick<Scan, 'resource' | 'kind' | 'firstOrder'> & { readonly state?: ScanState },
): Promise<Scan> {
  const { resource, kind, firstOrder, state = 'listing' } = scan;
  const [row] = await tx
    .insert(scans)
    .values({ resource, kind, first_order: firstOrder, state })
    .returning(COLUMNS);
  if (row === undefined) throw new Error('INSERT INTO pylon_sync.scans returned no row');
  return row as Scan;
}

/** A scan by its id; undefined if there is none. */
export async function readScan(db: Executor, id: number): Promise<Scan | undefined> {
  const [row] = await db.select(COLUMNS).from(scans).where(eq(scans.id, id));
  return row as Scan | undefined;
}

/** The newest scan of a resource in a state. */
export async function newestScan(
  db: Executor,
  resource: string,
  kind: string,
  state: ScanState,
): Promise<Scan | undefined> {
  const [row] = await db
    .select(COLUMNS)
    .from(scans)
    .where(and(eq(scans.resource, resource), eq(scans.kind, kind), eq(scans.state, state)))
    .orderBy(desc(scans.id))
    .limit(1);
  return row as Scan | undefined;
}

/** Notes the ids of a page, unless the scan has been abandoned. Must run in the transaction that stores the page. */
export async function addSeen(tx: Executor, scan: number, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const { rowCount } = await tx
    .update(scans)
    .set({ seen: sql`${scans.seen} + ${ids.length}` })
    .where(and(eq(scans.id, scan), eq(scans.state, 'listing')));
  if (rowCount === 1) await tx.insert(scanSeen).values({ scan_id: scan, ids: [...ids] });
}

/** SQL: whether a row is in the span. Ignores columns that the table does not have. */
function within({ table }: Resource, { created, except, among }: Span): SQL {
  const conditions = [sql`row._deleted_at IS NULL`, isGiven(sql`row.id`)];
  if (created !== undefined) {
    const [from, to] = [created.from, created.to].map((ms) => sql`to_timestamp(${ms / 1000}::float8)`);
    // A listing from the zero time on includes objects without a time.
    const timeless = created.from <= ZERO_TIME ? sql`row.created_at IS NULL` : sql`false`;
    conditions.push(sql`(row.created_at >= ${from} AND row.created_at < ${to} OR ${timeless})`);
  }
  const matching = (query: Query): SQL | undefined => {
    const columns = Object.entries(query).filter(([column]) => column in table);
    const same = columns.map(([column, value]) => sql`row.${sql.identifier(column)} = ${String(value)}`);
    return same.length === 0 ? undefined : sql`(${sql.join(same, sql` AND `)})`;
  };
  for (const query of except) {
    const same = matching(query);
    conditions.push(same === undefined ? sql`false` : sql`NOT ${same}`);
  }
  if (among !== undefined) {
    const parts = among.map((query) => matching(query) ?? sql`false`);
    conditions.push(parts.length === 0 ? sql`false` : sql`(${sql.join(parts, sql` OR `)})`);
  }
  return sql.join(conditions, sql` AND `);
}

/** What a scan missed of a part of the table that is judged by itself. */
export interface Part {
  /** The rows of a type, where the resource is read type by type; null for the whole table. */
  readonly type: string | null;
  readonly candidates: number;
  readonly live: number;
}

/**
 * Ends a scan's listing: the live rows of its span that it did not see, and that no answer has contained since it
 * began, become candidates. Returns how many, part by part, and of how many live rows: these are counted only if there is
 * a candidate. Returns undefined if there is nothing to compare with: the scan was abandoned, or a crash of the server
 * has lost the seen ids (the table is unlogged).
 */
export async function judgeScan(
  tx: Executor,
  resource: Resource,
  { id, firstOrder }: Scan,
  span: Span,
): Promise<readonly Part[] | undefined> {
  const { rows } = await tx.execute<{ whole: boolean }>(sql`
    SELECT scans.state = 'listing' AND scans.seen = coalesce((SELECT sum(cardinality(ids)) FROM ${scanSeen} WHERE scan_id = scans.id), 0) AS whole
      FROM ${scans} WHERE id = ${id}`);
  if (rows[0]?.whole !== true) return undefined;
  const noted = await tx.execute(sql`
    INSERT INTO ${scanCandidates} (scan_id, record_id)
    SELECT ${id}, row.id FROM ${resource.table} AS row
     WHERE ${within(resource, span)} AND row._order < ${firstOrder}::bigint
       AND NOT EXISTS (SELECT FROM (SELECT unnest(ids) AS id FROM ${scanSeen} WHERE scan_id = ${id}) AS seen
                        WHERE seen.id = row.id)
        ON CONFLICT DO NOTHING`);
  const candidates = noted.rowCount ?? 0;
  const counted =
    candidates === 0
      ? undefined
      : await tx.execute<{ live: number }>(
          sql`SELECT count(*)::float8 AS live FROM ${resource.table} WHERE _deleted_at IS NULL`,
        );
  const live = counted?.rows[0]?.live ?? null;
  await tx.execute(sql`DELETE FROM ${scanSeen} WHERE scan_id = ${id}`);
  await tx.update(scans).set({ state: 'judging', candidates, live }).where(eq(scans.id, id));
  if (live === null) return [];
  return resource.pull.by === 'types'
    ? partsOf(tx, resource.table, resource.pull.column, id)
    : [{ type: null, candidates, live }];
}

/** The candidates of a scan and the live rows, by the types in a column. */
async function partsOf(
  tx: Executor,
  table: MirrorTable,
  column: string,
  scan: number,
): Promise<readonly Part[]> {
  const { rows } = await tx.execute<Part & Record<string, unknown>>(sql`
    SELECT row.${sql.identifier(column)} AS type, count(one.record_id)::float8 AS candidates, count(*)::float8 AS live
      FROM ${table} AS row
      LEFT JOIN ${scanCandidates} AS one ON one.scan_id = ${scan} AND one.record_id = row.id
     WHERE row._deleted_at IS NULL GROUP BY 1`);
  return rows;
}

/** Ends a scan. A `stopped` one keeps its candidates, for a person to decide. */
export async function endScan(tx: Executor, scan: number, state: ScanState): Promise<void> {
  await tx.update(scans).set({ state, finished_at: sql`now()` }).where(eq(scans.id, scan));
  if (state === 'stopped') return;
  await tx.execute(sql`DELETE FROM ${scanCandidates} WHERE scan_id = ${scan}`);
  await tx.execute(sql`DELETE FROM ${scanSeen} WHERE scan_id = ${scan}`);
}

/** Approves a stopped scan. Returns false if there is no stopped scan with this id. */
export async function approveScan(tx: Executor, id: number): Promise<boolean> {
  const { rowCount } = await tx
    .update(scans)
    .set({ state: 'judging', approved_at: sql`now()`, finished_at: null })
    .where(and(eq(scans.id, id), eq(scans.state, 'stopped')));
  return rowCount === 1;
}

/** Abandons the unfinished scans of a resource that are older than the given one, which replaces them. */
export async function supersedeStopped(tx: Executor, { id, resource, kind }: Scan): Promise<void> {
  const { rows } = await tx.execute<{ id: number }>(sql`
    UPDATE ${scans} SET state = 'abandoned'
     WHERE resource = ${resource} AND kind = ${kind} AND state IN ('stopped', 'listing', 'judging') AND id < ${id}
    RETURNING id`);
  for (const older of rows) await endScan(tx, older.id, 'abandoned');
}

/** The scans that wait for a person's decision. */
export async function stoppedScans(db: Executor): Promise<readonly Scan[]> {
  return (await db
    .select(COLUMNS)
    .from(scans)
    .where(eq(scans.state, 'stopped'))
    .orderBy(scans.id)) as readonly Scan[];
}

/** The scans that a person approved and whose deletions are not finished. */
export async function approvedScans(db: Executor): Promise<readonly Scan[]> {
  return (await db
    .select(COLUMNS)
    .from(scans)
    .where(and(eq(scans.state, 'judging'), isNotNull(scans.approved_at)))
    .orderBy(scans.id)) as readonly Scan[];
}
