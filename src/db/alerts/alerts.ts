import { sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { utc } from '../connection/utc.ts';

/** A trouble that somebody has been, or is to be, told of. Times are RFC 3339 in UTC. */
export interface Alert {
  readonly id: number;
  readonly key: string;
  readonly summary: string;
  readonly command: string;
  readonly began_at: string;
  /** The message about its beginning; null until it is made up. */
  readonly began_message: string | null;
  readonly began_told_at: string | null;
  readonly over_at: string | null;
  readonly over_message: string | null;
  readonly over_told_at: string | null;
}

/** What a trouble is when it begins. */
export type NewAlert = Pick<Alert, 'key' | 'summary' | 'command'>;

/** How often a trouble has begun within the last day, and when it did last. */
export interface Recent {
  readonly key: string;
  readonly times: number;
  readonly last: string;
}

const UNTOLD = sql.raw('(began_told_at IS NULL OR (over_at IS NOT NULL AND over_told_at IS NULL))');
const UNSETTLED = sql`(over_at IS NULL OR ${UNTOLD})`;

/** Troubles that last, and those whose beginning or end nobody was told of; the oldest first. */
export async function readUnsettled(db: Executor): Promise<readonly Alert[]> {
  const { rows } = await db.execute<Alert & Record<string, unknown>>(sql`
    SELECT id::float8, key, summary, command, ${utc('began_at')} AS began_at, began_message,
           ${utc('began_told_at')} AS began_told_at, ${utc('over_at')} AS over_at, over_message,
           ${utc('over_told_at')} AS over_told_at
      FROM pylon_sync.alerts WHERE ${UNSETTLED} ORDER BY id`);
  return rows;
}

export async function readRecent(db: Executor): Promise<readonly Recent[]> {
  const { rows } = await db.execute<Recent & Record<string, unknown>>(sql`
    SELECT key, count(*)::float8 AS times, ${utc('max(began_at)')} AS last
      FROM pylon_sync.alerts WHERE began_at > clock_timestamp() - interval '1 day' GROUP BY key`);
  return rows;
}

/** Saves troubles as begun; one that lasts already is left as it is. Must run in a writing transaction. */
export async function beginAlerts(tx: Executor, begun: readonly NewAlert[]): Promise<void> {
  const column = (name: keyof NewAlert) => sql.param(begun.map((alert) => alert[name]));
  await tx.execute(sql`
    INSERT INTO pylon_sync.alerts (key, summary, command)
    SELECT * FROM unnest(${column('key')}::text[], ${column('summary')}::text[], ${column('command')}::text[])
        ON CONFLICT (key) WHERE over_at IS NULL DO NOTHING`);
}

/** Saves troubles as over. Must run in a writing transaction. */
export async function endAlerts(tx: Executor, ids: readonly number[]): Promise<void> {
  await tx.execute(sql`
    UPDATE pylon_sync.alerts SET over_at = now()
     WHERE id = ANY(${sql.param([...ids])}::bigint[]) AND over_at IS NULL`);
}

/**
 * Makes a message under the given id of all that nobody was told of, unless an earlier message is not taken yet. Must
 * run in a writing transaction.
 */
export async function composeMessage(tx: Executor, id: string): Promise<void> {
  await tx.execute(sql`
    UPDATE pylon_sync.alerts
       SET began_message = coalesce(began_message, ${id}),
           over_message = CASE WHEN over_at IS NOT NULL THEN coalesce(over_message, ${id}) END
     WHERE ${UNTOLD} AND NOT EXISTS (
             SELECT FROM pylon_sync.alerts
              WHERE began_message IS NOT NULL AND began_told_at IS NULL
                 OR over_message IS NOT NULL AND over_told_at IS NULL)`);
}

/** Saves that a message was taken. Must run in a writing transaction. */
export async function noteTold(tx: Executor, message: string): Promise<void> {
  await tx.execute(sql`
    UPDATE pylon_sync.alerts
       SET began_told_at = CASE WHEN began_message = ${message} THEN now() ELSE began_told_at END,
           over_told_at = CASE WHEN over_message = ${message} THEN now() ELSE over_told_at END
     WHERE ${UNTOLD} AND ${message} IN (began_message, over_message)`);
}

/** Forgets what is not over or not told: nobody is to be told any more. Must run in a writing transaction. */
export async function dropUnsettled(tx: Executor): Promise<void> {
  await tx.execute(sql`DELETE FROM pylon_sync.alerts WHERE ${UNSETTLED}`);
}

/** Messages that the receiver does not take. */
export interface Untold {
  /** Seconds for which the oldest has waited. */
  readonly seconds: number;
}

/** Since when messages wait to be taken; null if none does. */
export async function readUntold(db: Executor): Promise<Untold | null> {
  const { rows } = await db.execute<{ seconds: number | null }>(sql`
    SELECT extract(epoch FROM clock_timestamp() - min(coalesce(CASE WHEN began_told_at IS NULL THEN began_at END, over_at)))::float8
           AS seconds
      FROM pylon_sync.alerts WHERE ${UNTOLD}`);
  const seconds = rows[0]?.seconds ?? null;
  return seconds === null ? null : { seconds };
}
