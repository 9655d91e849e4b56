import { randomInt, randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { MirrorTable } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { isGiven } from '../row/provisional.ts';
import { audits } from '../tables.ts';

/**
 * Size of the neighbourhood of rows from which one is picked: ids are spaced unevenly, and otherwise a row after a
 * wide gap would be picked too often.
 */
const AROUND = 50;
/** Picks are made of so many, so that each row of the neighbourhood is as likely, however many there are. */
const MANY = 2 ** 31 - 1;

/**
 * Ids of so many random live rows, each picked for itself, with equal probability in a small table and nearly equal in a
 * large one; none if the table has none. One that is picked twice comes once.
 */
export async function randomRows(
  db: Executor,
  table: MirrorTable,
  count: number,
): Promise<readonly string[]> {
  const places = Array.from({ length: count }, () => randomUUID());
  const picks = places.map(() => randomInt(MANY));
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT DISTINCT picked.ids[1 + mod(place.pick, cardinality(picked.ids))] AS id
      FROM unnest(${sql.param(places)}::text[], ${sql.param(picks)}::integer[]) AS place(id, pick)
     CROSS JOIN LATERAL (
       SELECT array_agg(near.id ORDER BY near.turn, near.id) AS ids FROM (
         (SELECT id, 1 AS turn FROM ${table}
           WHERE _deleted_at IS NULL AND ${isGiven(sql`id`)} AND id >= place.id ORDER BY id LIMIT ${AROUND})
          UNION ALL
         (SELECT id, 2 AS turn FROM ${table}
           WHERE _deleted_at IS NULL AND ${isGiven(sql`id`)} AND id < place.id ORDER BY id LIMIT ${AROUND})
          ORDER BY turn, id LIMIT ${AROUND}) AS near) AS picked
     WHERE cardinality(picked.ids) > 0
     ORDER BY 1`);
  return rows.map(({ id }) => id);
}

/** How often the audit has read an object, found that its row differed, and that it had drifted. */
export interface Samples {
  readonly sampled: number;
  readonly differed: number;
  readonly drifted: number;
}

/** Counts objects that the audit has read. Must run inside a writing transaction. */
export async function noteSamples(
  tx: Executor,
  resource: string,
  { sampled, differed, drifted }: Samples,
): Promise<void> {
  await tx.execute(sql`
    INSERT INTO ${audits} AS existing (resource, day, sampled, differed, drifted)
    VALUES (${resource}, (now() AT TIME ZONE 'UTC')::date, ${sampled}, ${differed}, ${drifted})
        ON CONFLICT (resource, day) DO UPDATE
       SET sampled = existing.sampled + excluded.sampled, differed = existing.differed + excluded.differed,
           drifted = existing.drifted + excluded.drifted`);
}
