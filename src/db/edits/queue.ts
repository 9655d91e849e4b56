import { sql } from 'drizzle-orm';
import type { Values } from '../../edits/merge.ts';
import { moves, type State } from '../../edits/states.ts';
import { toJson } from '../../exact.ts';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { edits } from '../tables.ts';
import { namesUncreated } from './uncreated.ts';

/** What is to become of edits that Pylon has answered, as JSON has it (`outcome.ts`), and how often storing it failed. */
interface Answered {
  readonly tries: number;
  readonly outcome: Values;
}

/** An edit that was taken up. */
export interface Edit {
  readonly id: number;
  readonly resource: string;
  readonly record_id: string;
  readonly operation: string;
  readonly changes: Values;
  readonly base: Values;
  /** Drafts of its record from before it, in their order; null where there are none. */
  readonly drafts: readonly Pick<Edit, 'changes' | 'base'>[] | null;
  /** Fields that are to be sent whatever Pylon holds. */
  readonly forced: readonly string[] | null;
  /** What an earlier attempt sent, where that was noted before. */
  readonly sent: Values | null;
  /** What Pylon has answered already, and could not be stored. */
  readonly answer: Answered | null;
  readonly created_at: string;
  /** How often it may have been sent, this time included. */
  readonly attempts: number;
  /** How often it was tried, this time included: what the end of a daemon cut short is no try. */
  readonly tries: number;
  /** For how long it has waited, milliseconds. */
  readonly waitedMs: number;
  /** Who made it. */
  readonly actor: string;
}

/** Edits of one record that go together, in their order. */
export interface Claim {
  readonly resource: string;
  readonly record: string;
  readonly edits: readonly Edit[];
}

/** What an edit asks for: its operation, or the name of its action. */
const WORK = sql.raw("CASE e.operation WHEN 'action' THEN e.changes->>'action' ELSE e.operation END");

/** Whether an edit, of a row `e`, may be taken up: one that Pylon has answered is sent nowhere. */
const isAllowed = (allowed: readonly string[]) =>
  sql`(e.answer IS NOT NULL OR ${WORK} = ANY(${sql.param([...allowed])}::text[]))`;

const WAITED = '(extract(epoch FROM clock_timestamp() - e.waiting_since) * 1000)::float8 AS "waitedMs"';

const DRAFTS = `(SELECT jsonb_agg(jsonb_build_object('changes', d.changes, 'base', d.base) ORDER BY d.id) FROM pylon_sync.edits AS d
     WHERE d.resource = e.resource AND d.record_id = e.record_id AND d.id < e.id AND d.state = 'draft'
       AND d.operation = 'update' AND e.operation = 'update') AS drafts`;

/** An edit, of a row `e`, once it is claimed. */
export const EDIT_COLUMNS = sql.raw(
  `e.id::float8, e.resource, e.record_id, e.operation, e.changes, e.base, e.forced, e.sent, e.answer,
   e.created_at::text, e.attempts + e.in_doubt::integer AS attempts, e.attempts AS tries, ${WAITED}, e.actor,
   ${DRAFTS}`,
);

/** States in SQL. */
export const statesIn = (states: readonly string[]) => sql`${sql.param([...states])}::text[]`;

/**
 * Whether an edit `o` keeps another one `e` of its record waiting: one that is under way does, a later one too, where the
 * other was approved or retried meanwhile.
 */
const BEFORE = sql.raw("(o.state = 'sending' OR (o.state = 'pending' AND o.id < e.id))");

/**
 * Takes up edits that are due, as many records of each resource as there is room for, the longest waiting first:
 * all that wait for one record, unless one of it is under way or an earlier one waits for its time. What is not
 * allowed (`allowedWork`), or names a record that is not created yet, stays where it is, and what comes after it
 * with it.
 */
export async function claimEdits(
  db: Database,
  lease: Lease,
  room: ReadonlyMap<string, number>,
  allowed: readonly string[],
): Promise<readonly Claim[]> {
  const { to } = moves('claim');
  const rows = await writing(db, lease, async (tx) => {
    const claimed = await tx.execute<Edit & Record<string, unknown>>(sql`
      WITH due AS (
        SELECT head.resource, head.record_id
          FROM unnest(${sql.param([...room.keys()])}::text[], ${sql.param([...room.values()])}::integer[])
               AS wanted(resource, room)
         CROSS JOIN LATERAL (
           SELECT e.resource, e.record_id FROM pylon_sync.edits AS e
            WHERE e.resource = wanted.resource AND e.state = 'pending' AND e.next_attempt_at <= clock_timestamp()
              AND ${isAllowed(allowed)} AND NOT ${namesUncreated('e')}
              AND NOT EXISTS (
                SELECT FROM pylon_sync.edits AS o
                 WHERE o.resource = e.resource AND o.record_id = e.record_id AND ${BEFORE})
            ORDER BY e.id LIMIT wanted.room) AS head),
      taken AS (
        SELECT e.id FROM due JOIN pylon_sync.edits AS e USING (resource, record_id)
         WHERE e.state = 'pending' AND ${isAllowed(allowed)}
           AND NOT EXISTS (
             SELECT FROM pylon_sync.edits AS o
              WHERE o.resource = e.resource AND o.record_id = e.record_id AND o.id <= e.id AND o.state = 'pending'
                AND ${namesUncreated('o')})
         ORDER BY e.id FOR NO KEY UPDATE OF e SKIP LOCKED)
      UPDATE pylon_sync.edits AS e
         SET state = ${to}, sent_at = CASE WHEN e.answer IS NULL THEN clock_timestamp() ELSE e.sent_at END,
             attempts = e.attempts + CASE WHEN e.answer IS NULL THEN 1 ELSE 0 END
        FROM taken
       WHERE e.id = taken.id AND e.state = 'pending'
         AND NOT EXISTS (
           SELECT FROM pylon_sync.edits AS o
            WHERE o.resource = e.resource AND o.record_id = e.record_id AND ${BEFORE}
              AND o.id NOT IN (SELECT id FROM taken))
      RETURNING ${EDIT_COLUMNS}`);
    return claimed.rows;
  });
  return byRecord(rows);
}

/** Edits by their record, those of each in their order. */
function byRecord(rows: readonly Edit[]): readonly Claim[] {
  const claims = new Map<string, Edit[]>();
  for (const edit of [...rows].sort((a, b) => a.id - b.id)) {
    const key = `${edit.resource} ${edit.record_id}`;
    claims.set(key, [...(claims.get(key) ?? []), edit]);
  }
  return [...claims.values()].flatMap((own) => {
    const [first] = own;
    return first === undefined ? [] : [{ resource: first.resource, record: first.record_id, edits: own }];
  });
}

/** What would be claimed if there were room for all of it; nothing is taken up. */
export async function dueEdits(db: Executor, allowed: readonly string[]): Promise<readonly Claim[]> {
  const { rows } = await db.execute<Edit & Record<string, unknown>>(sql`
    SELECT e.id::float8, e.resource, e.record_id, e.operation, e.changes, e.base, e.forced, e.sent, e.answer, e.created_at::text,
           e.attempts + e.in_doubt::integer + 1 AS attempts, e.attempts + 1 AS tries, ${sql.raw(WAITED)}, e.actor,
           ${sql.raw(DRAFTS)}
      FROM pylon_sync.edits AS e
     WHERE e.state = 'pending' AND e.answer IS NULL AND ${isAllowed(allowed)}
       AND NOT EXISTS (
         SELECT FROM pylon_sync.edits AS o
          WHERE o.resource = e.resource AND o.record_id = e.record_id
            AND (o.state = 'sending' OR (o.state = 'pending' AND o.next_attempt_at > clock_timestamp())))
     ORDER BY e.id`);
  return byRecord(rows);
}

/** What holds up an edit: an earlier one of its record that waits for its time, a create that does or is a draft. */
const BEHIND = sql`(EXISTS (
         SELECT FROM pylon_sync.edits AS o
          WHERE o.resource = e.resource AND o.record_id = e.record_id AND o.id < e.id
            AND o.state = 'pending' AND o.next_attempt_at > clock_timestamp())
         OR ${namesUncreated('e', "made.state = 'draft' OR made.next_attempt_at > clock_timestamp()")})`;

/** What is under way, or will be without waiting for a time. */
export async function comingEdits(db: Executor, allowed: readonly string[]): Promise<readonly number[]> {
  const { rows } = await db.execute<{ id: number }>(sql`
    SELECT e.id::float8 FROM pylon_sync.edits AS e
     WHERE e.state = 'sending'
        OR (e.state = 'pending' AND e.next_attempt_at <= clock_timestamp() AND NOT ${BEHIND}
            AND ${isAllowed(allowed)})`);
  return rows.map(({ id }) => id);
}

/** Edits that are under way, as they stand now. */
export async function readEdits(db: Executor, ids: readonly number[]): Promise<readonly Edit[]> {
  const { rows } = await db.execute<Edit & Record<string, unknown>>(sql`
    SELECT ${EDIT_COLUMNS} FROM pylon_sync.edits AS e
     WHERE e.id = ANY(${sql.param([...ids])}::bigint[]) AND e.state = 'sending' ORDER BY e.id`);
  return rows;
}

/** Resources of which edits wait or are under way. */
export async function waitingEdits(db: Executor): Promise<readonly string[]> {
  const rows = await db
    .selectDistinct({ resource: edits.resource })
    .from(edits)
    .where(sql`${edits.state} IN ('pending', 'sending')`);
  return rows.map(({ resource }) => resource);
}

interface Postponement {
  readonly waitMs: number;
  readonly error: string;
  /** How long ago the answer to a request was lost that may still take effect; undefined: there is none. */
  readonly lostMs: number | undefined;
  /** It was not tried yet. */
  readonly isEarly: boolean;
}

/** Puts edits back, to be taken up again after a while; the reason is shown meanwhile. */
export async function postponeEdits(
  db: Database,
  lease: Lease,
  ids: readonly number[],
  { waitMs, error, lostMs, isEarly }: Postponement,
): Promise<void> {
  const { from, to } = moves('postpone');
  await writing(db, lease, (tx) =>
    tx.execute(sql`
      UPDATE pylon_sync.edits
         SET state = ${to}, error = ${error}, attempts = attempts - ${isEarly ? 1 : 0}::integer,
             sent_at = clock_timestamp() - make_interval(secs => ${lostMs === undefined ? null : lostMs / 1000}),
             next_attempt_at = clock_timestamp() + make_interval(secs => ${waitMs / 1000})
       WHERE id = ANY(${sql.param([...ids])}::bigint[]) AND state = ANY(${statesIn(from)})`),
  );
}

/** Where edits stand, and whether they are to be taken up now or are under way. */
export async function statesOf(
  db: Executor,
  ids: readonly number[],
): Promise<readonly { readonly state: State; readonly isDue: boolean }[]> {
  const { rows } = await db.execute<{ state: State; isDue: boolean }>(sql`
    SELECT e.state, e.state = 'sending'
           OR (e.state = 'pending' AND e.next_attempt_at <= clock_timestamp() AND NOT ${BEHIND}) AS "isDue"
      FROM pylon_sync.edits AS e WHERE e.id = ANY(${sql.param([...ids])}::bigint[])`);
  return rows;
}

/** Notes, before it is sent, what must not be sent twice; or that it was not sent after all. */
export async function noteSent(db: Database, lease: Lease, id: number, body: Values | null): Promise<void> {
  await writing(db, lease, (tx) =>
    tx.execute(sql`
      UPDATE pylon_sync.edits SET sent = ${body === null ? null : toJson(body)}::jsonb WHERE id = ${id}`),
  );
}
