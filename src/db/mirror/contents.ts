import { sql } from 'drizzle-orm';
import { toJson } from '../../exact.ts';
import type { Resource } from '../../resources/define.ts';
import { unsigned } from '../../resources/signatures.ts';
import type { Executor } from '../connection/connect.ts';
import { FROM_JSON } from '../row/fit.ts';
import { jsonColumns, type Row } from '../row/row.ts';
import { unsettledOf } from './overlay.ts';

/** If more rows of one resource than this are altered, all of them count as altered. */
const MOST = 1_000;

/**
 * What comparing contents has found in this process: rows that do not keep what is written to them, because a user's
 * trigger alters it (`altered.ts`). Later comparisons skip them: writing them again each time would be useless.
 */
export interface Contents {
  isAltered(resource: string, id: string): boolean;
  noteAltered(resource: string, ids: readonly string[]): void;
}

export function newContents(): Contents {
  const altered = new Map<string, Set<string>>();
  return {
    isAltered(resource, id) {
      const ids = altered.get(resource);
      return ids !== undefined && (ids.size > MOST || ids.has(id));
    },
    noteAltered(resource, ids) {
      const known = altered.get(resource) ?? new Set();
      altered.set(resource, known);
      for (const id of ids) if (known.size <= MOST) known.add(id);
    },
  };
}

/** By id, the columns of a row that are not compared. */
export type Except = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Returns the ids of given rows whose values in the table differ, even if the digests are equal. Compares what the
 * digest covers: neither volatile columns nor the signatures of URLs. Rows that are missing from the table or marked
 * as deleted are not included.
 */
export async function differing(
  tx: Executor,
  resource: Resource,
  rows: readonly Row[],
  except: Except = new Map(),
): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set();
  const { table, volatile = [] } = resource;
  const all = jsonColumns(resource);
  const columns = all.slice(0, all.length - all.filter(({ name }) => volatile.includes(name)).length);
  const wanted = columns.map(
    ({ name, type }, index) => sql`${sql.raw(FROM_JSON[type](index))} AS ${sql.identifier(name)}`,
  );
  const stands = columns.map(({ name }) => sql`existing.${sql.identifier(name)}`);
  const lasting = (extra: ReturnType<typeof sql>) =>
    sql`CASE jsonb_typeof(${extra}) WHEN 'object' THEN nullif(${extra} - ${sql.param([...volatile])}::text[], '{}') ELSE ${extra} END AS _extra`;
  const page = `[${rows.map((row) => row.json).join(',')}]`;
  const found = await tx.execute<{ id: string; wanted: object; stands: object }>(sql`
    WITH wanted AS (
      SELECT ${sql.join([...wanted, lasting(sql.raw(FROM_JSON.jsonb(all.length)))], sql`, `)}
        FROM jsonb_array_elements(${page}::jsonb) AS page(r))
    SELECT wanted.id, to_jsonb(wanted) AS wanted, to_jsonb(stands) AS stands
      FROM wanted
      JOIN LATERAL (SELECT ${sql.join([...stands, lasting(sql`existing._extra`)], sql`, `)} FROM ${table} AS existing
                     WHERE existing.id = wanted.id AND existing._deleted_at IS NULL) AS stands ON true
     WHERE wanted.* IS DISTINCT FROM stands.*`);
  const differs = ({ id, wanted, stands }: (typeof found.rows)[number]) =>
    compared(wanted, except.get(id)) !== compared(stands, except.get(id));
  return new Set(found.rows.filter(differs).map(({ id }) => id));
}

/** A row as text, without the columns that are not compared. */
function compared(row: object, except: ReadonlySet<string> | undefined): string {
  const entries = except === undefined ? row : Object.entries(row).filter(([name]) => !except.has(name));
  return unsigned(toJson(entries));
}

/** By id, the columns in which a row shows the value of an unsettled edit instead of Pylon's. */
export async function editedColumns(
  tx: Executor,
  { name }: Resource,
  suspects: ReadonlySet<string>,
  edited: ReadonlySet<string>,
): Promise<Except> {
  const which = [...suspects].filter((id) => edited.has(id));
  if (which.length === 0) return new Map();
  const except = new Map<string, Set<string>>();
  for (const { record_id, changes } of await unsettledOf(tx, name, which))
    except.set(record_id, new Set([...(except.get(record_id) ?? []), ...Object.keys(changes)]));
  return except;
}
