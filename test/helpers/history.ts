import type pg from 'pg';
import { expect } from 'vitest';

/** A change as it is kept. */
export interface ChangeRow {
  readonly resource: string;
  readonly record_id: string;
  readonly field: string;
  readonly old: unknown;
  readonly new: unknown;
  readonly seen_at: Date;
  readonly changed_at: Date | null;
  readonly edit_id: number | null;
  readonly actor: string | null;
}

/** All that is kept, in its order. */
export async function changesIn(pool: Pick<pg.Pool, 'query'>): Promise<readonly ChangeRow[]> {
  const { rows } = await pool.query<ChangeRow>(
    'SELECT *, edit_id::float8 FROM pylon_sync.changes ORDER BY changes.id',
  );
  return rows;
}

/** What is kept of one record, without times: `field: old → new (edit)`. */
export async function describeChanges(pool: Pick<pg.Pool, 'query'>, id: string): Promise<readonly string[]> {
  const all = await changesIn(pool);
  return all
    .filter(({ record_id }) => record_id === id)
    .map(
      ({ field, old, new: is, edit_id }) =>
        `${field}: ${JSON.stringify(old)} → ${JSON.stringify(is)} (${edit_id === null ? 'Pylon' : `edit ${edit_id}`})`,
    );
}

/** Nothing, an empty text and an empty list are one; lists have no order; of a time, the instant. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? null : value.toSorted();
  if (value === '' || value === undefined) return null;
  const isTime = value instanceof Date || (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value));
  return isTime ? new Date(value).toISOString() : value;
}

/**
 * Holds that the history of each field leads on without a gap to what its row shows. Rows with edits that are not
 * settled are left out of the second.
 */
export async function expectWholeHistory(pool: Pick<pg.Pool, 'query'>): Promise<void> {
  const last = new Map<string, ChangeRow>();
  for (const change of await changesIn(pool)) {
    const name = `${change.resource} ${change.record_id} ${change.field}`;
    const before = last.get(name);
    if (before !== undefined) expect(plain(change.old), `${name} goes on from`).toEqual(plain(before.new));
    expect(plain(change.new), `${name} changes`).not.toEqual(plain(change.old));
    last.set(name, change);
  }
  for (const [name, { resource, record_id, field, new: is }] of last) {
    const { rows } = await pool.query(
      `SELECT to_jsonb(held) AS row FROM pylon.${resource} AS held
        WHERE id = $2 AND NOT EXISTS (SELECT FROM pylon_sync.edits WHERE resource = $1 AND record_id = $2 AND state IN ('draft', 'pending', 'sending'))`,
      [resource, record_id],
    );
    if (rows.length === 0) continue;
    const [column = '', slug] = field.split('.');
    const held = rows[0].row[column];
    expect(plain(slug === undefined ? held : held?.[slug]), `${name} is`).toEqual(plain(is));
  }
}
