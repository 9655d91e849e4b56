import type pg from 'pg';
import { resources } from '../../src/resources/index.ts';

export interface Tombstone {
  readonly resource: string;
  readonly record_id: string;
  readonly scan_id: string | null;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly restored_at: Date | null;
}

/** All tombstones, of one resource where it is named, in the order in which they were set. */
export async function tombstonesOf(pool: pg.Pool, resource?: string): Promise<readonly Tombstone[]> {
  const { rows } = await pool.query(
    `SELECT resource, record_id, scan_id, evidence, restored_at FROM pylon_sync.tombstones
      WHERE $1::text IS NULL OR resource = $1 ORDER BY id`,
    [resource ?? null],
  );
  return rows;
}

/** Rows (`<resource> <id>`) that are marked as deleted. */
export async function markedRows(pool: pg.Pool): Promise<readonly string[]> {
  const all = resources.map(
    ({ name }) => `SELECT '${name} ' || id AS row FROM pylon.${name} WHERE _deleted_at IS NOT NULL`,
  );
  const { rows } = await pool.query(`${all.join(' UNION ALL ')} ORDER BY 1`);
  return rows.map(({ row }) => row);
}
