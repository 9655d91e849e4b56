import { sql } from 'drizzle-orm';
import { bigint, index, integer, jsonb, pgSchema, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { instant, whole } from '../resources/define.ts';

/** The daemon's own state: what users read to know how the mirror is doing. */
export const pylonSync = pgSchema('pylon_sync');

/** Facts about this database as a whole: which workspace it belongs to, what the lease holder allows. */
export const settings = pylonSync.table('settings', {
  key: text().primaryKey(),
  value: jsonb().notNull(),
  updated_at: instant().notNull().defaultNow(),
});

/**
 * One row: who may write. `token` grows with every takeover; it is unique so that raising it waits for
 * the transactions that hold the row `FOR KEY SHARE` under the old one.
 */
export const lease = pylonSync.table(
  'lease',
  {
    name: text().primaryKey(),
    token: bigint({ mode: 'bigint' }).notNull(),
    holder: jsonb().notNull(),
    acquired_at: instant().notNull(),
    expires_at: instant().notNull(),
  },
  (table) => [unique('lease_token').on(table.token)],
);

/** Where each enumeration stands; a row moves in the transaction that stores the rows it covers. */
export const cursors = pylonSync.table(
  'cursors',
  {
    resource: text().notNull(),
    /** `backfill`, `range <since>..<until>`, and below it a window or a parent. */
    scope: text().notNull(),
    position: jsonb().notNull(),
    updated_at: instant().notNull().defaultNow(),
  },
  (table) => [primaryKey({ name: 'cursors_pkey', columns: [table.resource, table.scope] })],
);

/** For listings that go one record at a time: which records were read, and at which mark. */
export const reads = pylonSync.table(
  'reads',
  {
    /** The resource read (`issue_messages`). */
    resource: text().notNull(),
    /** The parent's id, or the id itself where ids are only named elsewhere. */
    record_id: text().notNull(),
    /** What the parent's mark columns held when its children were read; the children are due when they differ. */
    mark: text().notNull(),
    /** `read`, or `gone` when Pylon no longer knows the record. */
    outcome: text().notNull(),
    read_at: instant().notNull().defaultNow(),
  },
  (table) => [primaryKey({ name: 'reads_pkey', columns: [table.resource, table.record_id] })],
);

/** One row a pass of one resource. */
export const runs = pylonSync.table(
  'runs',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    resource: text().notNull(),
    /** `backfill` */
    kind: text().notNull(),
    started_at: instant().notNull().defaultNow(),
    finished_at: instant(),
    requests: integer().notNull().default(0),
    rows_read: whole().notNull().default(0),
    rows_inserted: whole().notNull().default(0),
    rows_updated: whole().notNull().default(0),
    rows_unchanged: whole().notNull().default(0),
    rows_deleted: whole().notNull().default(0),
    rows_rejected: whole().notNull().default(0),
    /** `running`, `done`, `failed`, `unavailable`, `interrupted` */
    outcome: text().notNull().default('running'),
    error: text(),
    token: bigint({ mode: 'bigint' }).notNull(),
  },
  (table) => [
    index('runs_resource_id').on(table.resource, table.id),
    index('runs_running').on(table.resource).where(sql`${table.outcome} = 'running'`),
  ],
);

/** An object that could not be stored: kept whole, with the reason, once. */
export const rejectedRecords = pylonSync.table(
  'rejected_records',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    resource: text().notNull(),
    /** The object's id where it had one. */
    record_id: text(),
    payload: jsonb(),
    reason: text().notNull(),
    digest: text().notNull(),
    seen_at: instant().notNull().defaultNow(),
  },
  (table) => [unique('rejected_records_digest').on(table.resource, table.digest)],
);

/** Migrations applied, by the digest of their text. */
export const migrations = pylonSync.table('migrations', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  hash: text().notNull(),
  created_at: whole().notNull(),
});

/** Records to be read again one by one: their rows were held by a transaction, or their answers overlapped. */
export const rereads = pylonSync.table(
  'rereads',
  {
    resource: text().notNull(),
    record_id: text().notNull(),
    /** What only the path of a request says about the record. */
    facts: jsonb().notNull(),
    since: instant().notNull().defaultNow(),
  },
  (table) => [primaryKey({ name: 'rereads_pkey', columns: [table.resource, table.record_id] })],
);

/** What was asked of each endpoint lately: the budget shown, and what a restarted process still has to count. */
export const budgets = pylonSync.table('budgets', {
  /** `GET /issues` */
  endpoint: text().primaryKey(),
  /** Requests a minute that the daemon allows itself. */
  per_minute: integer().notNull(),
  queued: integer().notNull(),
  /** When the requests of the last interval were answered, epoch milliseconds. */
  answered_at: jsonb().notNull(),
  /** Until when a 429 holds the endpoint back. */
  paused_until: instant(),
  updated_at: instant().notNull().defaultNow(),
});
