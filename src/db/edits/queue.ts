import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Values } from '../../edits/merge.ts';
import { moves, type State } from '../../edits/states.ts';
import { toJson } from '../../exact.ts';
import { resources } from '../../resources/index.ts';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { type Writer, writingOnceUnlocked } from '../lease/writing-once-unlocked.ts';
import { edits } from '../tables.ts';
import { ofItsRecord, openOfItsRecord } from './of-its-record.ts';
import { col, editsAs } from './table.ts';
import { isLate, namesUncreated } from './uncreated.ts';

const e = editsAs('e');
const o = editsAs('o');
const d = editsAs('d');

/** The outcome of edits that Pylon has answered, as JSON (`outcome.ts`), and how often storing it failed. */
interface Answered {
  readonly tries: number;
  readonly outcome: Values;
}

/** An edit that was claimed. */
export interface Edit {
  readonly id: number;
  readonly resource: string;
  readonly record_id: string;
  readonly operation: string;
  readonly changes: Values;
  readonly base: Values;
  /** Earlier drafts of its record, oldest first; null if there are none. */
  readonly drafts: readonly Pick<Edit, 'changes' | 'base'>[] | null;
  /** Fields that are sent whatever Pylon's value is. */
  readonly forced: readonly string[] | null;
  /** What an earlier attempt sent; null if that was not noted. */
  readonly sent: Values | null;
  /** Pylon's answer, if its outcome could not be stored yet; otherwise null. */
  readonly answer: Answered | null;
  readonly created_at: string;
  /** How often it may have been sent, including this attempt. */
  readonly attempts: number;
  /** How often it was tried, including this time. An attempt that the end of a daemon interrupted does not count. */
  readonly tries: number;
  /** Milliseconds for which it has waited. */
  readonly waitedMs: number;
  /** The database user who made it. */
  readonly actor: string;
}

/** Edits of one record that are sent together, oldest first. */
export interface Claim {
  readonly resource: string;
  readonly record: string;
  readonly edits: readonly Edit[];
}

/** A claim, and the bytes of what its edits change, with their bases. */
export type SizedClaim = Claim & { readonly bytes: number };

/** How much of a resource may be claimed. */
export interface Room {
  readonly records: number;
  /** The record whose edits reach or exceed it is the last. */
  readonly bytes: number;
}

/** SQL: the operation of an edit, or the name of its action. */
const WORK = sql`CASE WHEN ${e.operation} IN ('action', 'create') THEN coalesce(${e.changes}->>'action', ${e.operation}) ELSE ${e.operation} END`;

/**
 * SQL: whether edit `e` may be claimed: its work is allowed, or Pylon has answered it, so that it is only settled.
 */
const isAllowed = (allowed: readonly string[]) =>
  sql`(${e.answer} IS NOT NULL OR ${WORK} = ANY(${sql.param([...allowed])}::text[]))`;

const WAITED = sql`(extract(epoch FROM clock_timestamp() - ${e.waiting_since}) * 1000)::float8 AS "waitedMs"`;

const DRAFTS = sql`(SELECT jsonb_agg(jsonb_build_object('changes', ${d.changes}, 'base', ${d.base}) ORDER BY ${d.id}) FROM ${edits} AS d
     WHERE ${d.resource} = ${e.resource} AND ${d.record_id} = ${e.record_id} AND ${d.id} < ${e.id} AND ${d.state} = 'draft'
       AND ${d.operation} = 'update' AND ${e.operation} = 'update') AS drafts`;

/** SQL: the bytes of an edit's changes and base as text. The columns may be compressed, and smaller. */
const bytesOf = ({ changes, base }: { readonly changes: SQLWrapper; readonly base: SQLWrapper }) =>
  sql`(octet_length(${changes}::text) + octet_length(${base}::text))`;

/** SQL: the columns of an `Edit`, of a row `e`, once it is claimed. */
export const EDIT_COLUMNS = sql`${e.id}::float8, ${e.resource}, ${e.record_id}, ${e.operation}, ${e.changes}, ${e.base}, ${e.forced}, ${e.sent}, ${e.answer},
   ${e.created_at}::text, ${e.attempts} + ${e.in_doubt}::integer AS attempts, ${e.attempts} AS tries, ${WAITED}, ${e.actor},
   ${DRAFTS}`;

/**
 * SQL: whether edit `e` waits, in words that match the condition of no index. Edits that are found by their ids would
 * otherwise be sought among all that wait, if the statistics are from before these.
 */
export const IS_PENDING = sql`${e.state} = (SELECT 'pending')`;

/** SQL: the time, as one value for a statement, with which an index can be searched. */
export const NOW = sql`(SELECT clock_timestamp())`;

/**
 * So many waiting edits of a resource are looked at in one order, however many wait: more than are ever claimed at once.
 */
export const WINDOW = 1_000;

/** So many of the newest waiting edits of a resource are looked at for those that go before older ones. */
const NEWEST = 100;

/** Fewer edits than this are sent one by one: a bulk request takes effect later, and has to be verified by reading. */
export const LEAST_IN_BULK = 5;

/** States as an array in SQL. */
export const statesIn = (states: readonly string[]) => sql`${sql.param([...states])}::text[]`;

/**
 * SQL: whether edit `o` blocks edit `e` of the same record. An edit in flight does, even a later one if `e` was
 * approved or retried meanwhile.
 */
const BEFORE = sql`(${o.state} = 'sending' OR (${o.state} = 'pending' AND ${o.id} < ${e.id}))`;

/**
 * SQL: whether edit `e` is of a resource, in words that leave the order of resource and id to `edits_due`, and that of
 * resource and time to `edits_next`. With `resource = …` the planner takes the order of ids for the same, and reads all
 * edits by id, or the table, to find those of a resource that has few while nearly all that it knows of wait.
 */
const isOf = (resource: SQL) => sql`${e.resource} = ANY(ARRAY[${resource}])`;
const BY_ID = sql`${e.resource}, ${e.id}`;
const BY_TIME = sql`${e.resource}, ${e.next_attempt_at}, ${e.id}`;

const WAITING = sql`${edits} AS e WHERE ${isOf(sql`wanted.resource`)} AND ${e.state} = 'pending'`;
/** SQL: the first waiting edit of a resource, `wanted`, behind those that are looked at first; NULL if there is none. */
const EDGE = sql`(SELECT ${e.id} FROM ${WAITING} ORDER BY ${BY_ID} OFFSET ${WINDOW} LIMIT 1)`;
/** SQL: those that are due from there on. The planner is to expect few: then it finds them by time, and does not read all by id. */
const BEYOND = sql`${edits} AS e WHERE ${e.resource} BETWEEN wanted.resource AND wanted.resource AND ${e.state} = 'pending'
       AND ${e.id} >= ${EDGE} AND ${e.next_attempt_at} <= ${NOW}`;

/** Those of the resources of which more edits wait than `WINDOW`. */
async function longerThanWindow(db: Executor, names: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.execute<{ resource: string }>(sql`
    SELECT wanted.resource FROM unnest(${sql.param([...names])}::text[]) AS wanted(resource) WHERE ${EDGE} IS NOT NULL`);
  return new Set(rows.map(({ resource }) => resource));
}

/** SQL: the waiting edits of a resource, `wanted`, that are looked at first, and alone where one of them can be claimed. */
const NEAR = [sql`SELECT e.* FROM ${WAITING} ORDER BY ${BY_ID} LIMIT ${WINDOW}`];

/**
 * SQL: those behind the first that have been due for longest, so that edits that back off are never read; and all others, if the
 * blocked edits among those fill both windows: an edit behind them is found too.
 */
const FAR = [
  sql`SELECT e.* FROM ${BEYOND} ORDER BY ${BY_TIME} LIMIT ${WINDOW}`,
  sql`SELECT e.* FROM ${BEYOND} AND EXISTS (SELECT FROM ${BEYOND} ORDER BY ${BY_TIME} OFFSET ${WINDOW}) ORDER BY ${BY_ID}`,
];

/** SQL: the records of a resource, `wanted`, with an edit among some of it that may be claimed: the first that waits. */
const claimableOf = (looked: SQL, allowed: readonly string[]) => sql`
            SELECT ${e.resource}, ${e.record_id} FROM (${looked}) AS e
             WHERE ${e.next_attempt_at} <= clock_timestamp() AND ${isAllowed(allowed)} AND NOT ${namesUncreated(e)}
               AND NOT ${ofItsRecord(BEFORE)}`;

/** SQL: those with the newest edits, at most `wanted.newest`. */
const newestHeads = (allowed: readonly string[]) => sql`
           (${claimableOf(sql`SELECT e.* FROM ${WAITING} ORDER BY ${e.resource} DESC, ${e.id} DESC LIMIT ${NEWEST}`, allowed)} LIMIT wanted.newest)`;

/**
 * SQL: the records of a resource, `wanted`, whose first waiting edit may be claimed, at most `wanted.room`. Looks among one
 * part of the edits after the other, and stops as soon as there are enough. One that is named twice takes the room of two,
 * but only where there is room for all.
 */
const headsOf = (among: readonly SQL[], allowed: readonly string[], before: readonly SQL[] = []): SQL =>
  sql`${sql.join([...before, ...among.map((looked) => sql`(${claimableOf(looked, allowed)})`)], sql` UNION ALL `)} LIMIT wanted.room`;

/**
 * Claims due edits of as many records of each resource as there is room for, those that have waited longest first, and of
 * at least one: long texts fill the room for bytes before that for records. Claims all waiting edits of a record together,
 * unless one is in flight or an earlier one backs off. Edits that are
 * not allowed (`allowedWork`), or that refer to a record which is not created yet, stay, and so do later ones of
 * their record. Of the room of a resource in `newest`, so much goes to the records with the newest edits first.
 */
export async function claimEdits(
  db: Database,
  lease: Lease,
  room: ReadonlyMap<string, Room>,
  allowed: readonly string[],
  newest: ReadonlyMap<string, number> = new Map(),
): Promise<readonly SizedClaim[]> {
  const { to } = moves('claim');
  const claimAmong = (
    among: readonly SQL[],
    left: ReadonlyMap<string, Room>,
    before: readonly SQL[] = [],
  ) => sql`
      WITH due AS (
        SELECT head.resource, head.record_id, wanted.bytes
          FROM unnest(${sql.param([...left.keys()])}::text[], ${sql.param([...left.values()].map(({ records }) => records))}::integer[],
                      ${sql.param([...left.values()].map(({ bytes }) => bytes))}::bigint[],
                      ${sql.param([...left.keys()].map((name) => newest.get(name) ?? 0))}::integer[])
               AS wanted(resource, room, bytes, newest)
         CROSS JOIN LATERAL (${headsOf(among, allowed, before)}) AS head),
      theirs AS (
        SELECT e.resource, e.record_id, e.bytes AS most, own.id, own.bytes
          FROM due AS e
         CROSS JOIN LATERAL (SELECT o.id, ${bytesOf(o)} AS bytes FROM ${openOfItsRecord} WHERE ${o.state} = 'pending') AS own),
      fitting AS (
        SELECT unnest(record.ids) AS id
          FROM (SELECT ids, bytes, most, sum(bytes) OVER (PARTITION BY resource ORDER BY first) AS through
                  FROM (SELECT resource, record_id, most, array_agg(id) AS ids, min(id) AS first, sum(bytes) AS bytes
                          FROM theirs GROUP BY resource, record_id, most) AS own) AS record
         WHERE record.through - record.bytes < record.most),
      taken AS (
        SELECT ${e.id} FROM ${edits} AS e
         WHERE ${e.id} = ANY(ARRAY(SELECT id FROM fitting)) AND ${IS_PENDING} AND ${isAllowed(allowed)}
           AND NOT ${ofItsRecord(sql`${o.id} <= ${e.id} AND ${o.state} = 'pending' AND ${namesUncreated(o)}`)}
         ORDER BY ${e.id} FOR NO KEY UPDATE SKIP LOCKED)
      UPDATE ${edits} AS e
         SET ${col.state} = ${to}, ${col.sent_at} = CASE WHEN ${e.answer} IS NULL THEN clock_timestamp() ELSE ${e.sent_at} END,
             ${col.attempts} = ${e.attempts} + CASE WHEN ${e.answer} IS NULL THEN 1 ELSE 0 END
       WHERE ${e.id} = ANY(ARRAY(SELECT id FROM taken)) AND ${IS_PENDING}
         AND NOT ${ofItsRecord(sql`${BEFORE} AND ${o.id} NOT IN (SELECT id FROM taken)`)}
      RETURNING ${EDIT_COLUMNS}, ${bytesOf(e)}::float8 AS bytes`;
  const rows = await writing(db, lease, async (tx) => {
    const claimed = async (...given: Parameters<typeof claimAmong>) =>
      (await tx.execute<Edit & { bytes: number } & Record<string, unknown>>(claimAmong(...given))).rows;
    // To plan a look at all of them takes Postgres longer than to find an edit.
    const near = await claimed(NEAR, room, newest.size === 0 ? [] : [newestHeads(allowed)]);
    const left = [...room].flatMap(([name, free]) => {
      const own = near.filter(({ resource }) => resource === name);
      const taken = new Set(own.map(({ record_id }) => record_id)).size;
      const rest = {
        records: free.records - taken,
        bytes: own.reduce((bytes, edit) => bytes - edit.bytes, free.bytes),
      };
      // The newest say nothing of whether one of the first could go.
      const isLeft = taken <= (newest.get(name) ?? 0);
      return isLeft && rest.records > 0 && rest.bytes > 0 ? [[name, rest] as const] : [];
    });
    if (left.length === 0) return near;
    // To plan a look at those behind takes Postgres many times what it takes to see that none is there.
    const longer = await longerThanWindow(
      tx,
      left.map(([name]) => name),
    );
    const behind = left.filter(([name]) => longer.has(name));
    return behind.length === 0 ? near : [...near, ...(await claimed(FAR, new Map(behind)))];
  });
  const bytes = new Map(rows.map((edit) => [edit.id, edit.bytes]));
  return byRecord(rows).map((claim) => ({
    ...claim,
    bytes: claim.edits.reduce((sum, { id }) => sum + (bytes.get(id) ?? 0), 0),
  }));
}

/** Groups edits by record, oldest first. */
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

/** The edits that would be claimed if there were room for all; claims nothing. */
export async function dueEdits(db: Executor, allowed: readonly string[]): Promise<readonly Claim[]> {
  const { rows } = await db.execute<Edit & Record<string, unknown>>(sql`
    SELECT ${e.id}::float8, ${e.resource}, ${e.record_id}, ${e.operation}, ${e.changes}, ${e.base}, ${e.forced}, ${e.sent}, ${e.answer}, ${e.created_at}::text,
           ${e.attempts} + ${e.in_doubt}::integer + 1 AS attempts, ${e.attempts} + 1 AS tries, ${WAITED}, ${e.actor},
           ${DRAFTS}
      FROM ${edits} AS e
     WHERE ${e.state} = 'pending' AND ${e.answer} IS NULL AND ${isAllowed(allowed)}
       AND NOT ${ofItsRecord(sql`(${o.state} = 'sending' OR (${o.state} = 'pending' AND ${o.next_attempt_at} > clock_timestamp()))`)}
     ORDER BY ${e.id}`);
  return byRecord(rows);
}

/**
 * SQL: whether an edit is blocked by an earlier one of its record that backs off, or by a create that backs off or is
 * a draft.
 */
const BEHIND = sql`(${ofItsRecord(sql`${o.id} < ${e.id} AND ${o.state} = 'pending' AND ${o.next_attempt_at} > clock_timestamp()`)}
         OR ${namesUncreated(e, isLate)})`;

/** Edits that are in flight, or will be without backing off first, oldest first. */
export async function comingEdits(db: Executor, allowed: readonly string[]): Promise<readonly number[]> {
  const { rows } = await db.execute<{ id: number }>(sql`
    SELECT ${e.id}::float8 FROM ${edits} AS e
     WHERE ${e.state} = 'sending'
        OR (${e.state} = 'pending' AND ${e.next_attempt_at} <= clock_timestamp() AND NOT ${BEHIND}
            AND ${isAllowed(allowed)})
     ORDER BY ${e.id}`);
  return rows.map(({ id }) => id);
}

/** Reads edits again that this process has claimed. Omits those that are no longer in the state `sending`. */
export async function readEdits(db: Executor, ids: readonly number[]): Promise<readonly Edit[]> {
  const { rows } = await db.execute<Edit & Record<string, unknown>>(sql`
    SELECT ${EDIT_COLUMNS} FROM ${edits} AS e
     WHERE ${e.id} = ANY(${sql.param([...ids])}::bigint[]) AND ${e.state} = 'sending' ORDER BY ${e.id}`);
  return rows;
}

const NAMES = resources.map(({ name }) => name);

/**
 * Milliseconds until the next edit is due that waits for its time; Infinity if none does. Looks for the next of each
 * resource, and reads no others.
 */
export async function nextEditMs(db: Executor): Promise<number> {
  const { rows } = await db.execute<{ ms: number | null }>(sql`
    SELECT (extract(epoch FROM min(next.next_attempt_at) - clock_timestamp()) * 1000)::float8 AS ms
      FROM unnest(${sql.param(NAMES)}::text[]) AS name
     CROSS JOIN LATERAL (
       SELECT ${e.next_attempt_at} FROM ${edits} AS e
        WHERE ${isOf(sql`name`)} AND ${e.state} = 'pending' AND ${e.next_attempt_at} > ${NOW}
        ORDER BY ${BY_TIME} LIMIT 1) AS next`);
  return Math.max(0, rows[0]?.ms ?? Number.POSITIVE_INFINITY);
}

const OPEN = sql`${e.state} IN ('pending', 'sending')`;

/**
 * The resources with edits that wait or are in flight, by name, and whether so many wait that they may go in bulk. Looks
 * for these few of each, one such resource after the other, and reads no others.
 */
export async function waitingEdits(db: Executor): Promise<ReadonlyMap<string, { readonly many: boolean }>> {
  const { rows } = await db.execute<{ name: string; many: boolean }>(sql`
    WITH RECURSIVE open (name) AS (
      (SELECT ${e.resource} FROM ${edits} AS e WHERE ${OPEN} ORDER BY ${BY_ID} LIMIT 1)
       UNION ALL
      SELECT next.resource FROM open CROSS JOIN LATERAL (
        SELECT ${e.resource} FROM ${edits} AS e WHERE ${OPEN} AND ${e.resource} > open.name ORDER BY ${BY_ID} LIMIT 1) AS next)
    SELECT name, EXISTS (
             SELECT FROM ${edits} AS e WHERE ${isOf(sql`name`)} AND ${e.state} = 'pending' ORDER BY ${BY_ID} OFFSET ${LEAST_IN_BULK - 1}) AS many
      FROM open`);
  return new Map(rows.map(({ name, many }) => [name, { many }]));
}

interface Postponement {
  readonly waitMs: number;
  readonly error: string;
  /**
   * Returns the milliseconds since the answer to a request was lost that may still take effect, undefined if there is
   * none; called as the edits are written.
   */
  readonly lostMs?: () => number | undefined;
  /** Whether the edit was not tried yet. */
  readonly isEarly: boolean;
}

/** Returns edits to the queue, to be claimed again after a pause. The reason is shown meanwhile. */
export async function postponeEdits(
  writer: Writer,
  ids: readonly number[],
  { waitMs, error, lostMs = () => undefined, isEarly }: Postponement,
): Promise<void> {
  const { from, to } = moves('postpone');
  await writingOnceUnlocked(writer, (tx) => {
    const lost = lostMs();
    return tx.execute(sql`
      UPDATE ${edits}
         SET ${col.state} = ${to}, ${col.error} = ${error}, ${col.attempts} = ${col.attempts} - ${isEarly ? 1 : 0}::integer,
             ${col.sent_at} = clock_timestamp() - make_interval(secs => ${lost === undefined ? null : lost / 1000}),
             ${col.next_attempt_at} = clock_timestamp() + make_interval(secs => ${waitMs / 1000})
       WHERE ${col.id} = ANY(${sql.param([...ids])}::bigint[]) AND ${col.state} = ANY(${statesIn(from)})`);
  });
}

/** The states of edits, and whether they are due now or in flight. */
export async function statesOf(
  db: Executor,
  ids: readonly number[],
): Promise<readonly { readonly state: State; readonly isDue: boolean }[]> {
  const { rows } = await db.execute<{ state: State; isDue: boolean }>(sql`
    SELECT ${e.state}, ${e.state} = 'sending'
           OR (${e.state} = 'pending' AND ${e.next_attempt_at} <= clock_timestamp() AND NOT ${BEHIND}) AS "isDue"
      FROM ${edits} AS e WHERE ${e.id} = ANY(${sql.param([...ids])}::bigint[])`);
  return rows;
}

/**
 * Notes the body of a request that must not be sent twice, before it is sent; with null, that it was not sent after
 * all.
 */
export async function noteSent(db: Database, lease: Lease, id: number, body: Values | null): Promise<void> {
  await writing(db, lease, (tx) =>
    tx.execute(sql`
      UPDATE ${edits} SET ${col.sent} = ${body === null ? null : toJson(body)}::jsonb WHERE ${col.id} = ${id}`),
  );
}
