import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  date,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
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
  (table) => [
    primaryKey({ name: 'reads_pkey', columns: [table.resource, table.record_id] }),
    // The rolling resweep takes the one that was read longest ago.
    index('reads_resource_read_at').on(table.resource, table.read_at),
  ],
);

/** One row a pass of one resource. */
export const runs = pylonSync.table(
  'runs',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    resource: text().notNull(),
    /** `backfill`, `changes`, `lists`, `reconcile`, `resweep`, `reread` */
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
    /** Rows that differed although earlier passes had covered the time of their change. */
    rows_drifted: whole().notNull().default(0),
    /** `running`, `done`, `failed`, `unavailable`, `interrupted` */
    outcome: text().notNull().default('running'),
    error: text(),
    token: bigint({ mode: 'bigint' }).notNull(),
  },
  (table) => [
    index('runs_resource_id').on(table.resource, table.id),
    index('runs_running').on(table.resource).where(sql`${table.outcome} = 'running'`),
    index('runs_finished_at').on(table.finished_at),
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

/**
 * Records to be read again one by one: their rows were held by a transaction, their answers overlapped, or
 * something says that they changed.
 */
export const rereads = pylonSync.table(
  'rereads',
  {
    resource: text().notNull(),
    record_id: text().notNull(),
    /** What only the path of a request says about the record. */
    facts: jsonb().notNull(),
    since: instant().notNull().defaultNow(),
    /** `held` (by a transaction, or in doubt), `hint` (a webhook), `moved` (what it refers to is gone), `missing`. */
    reason: text().notNull().default('held'),
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

/**
 * One row an enumeration whose end says what is gone: it proves only what it enumerated. `stopped` is one that
 * would have deleted an implausible share of its table and waits for a person.
 */
export const scans = pylonSync.table(
  'scans',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    resource: text().notNull(),
    /** `listing` of the whole resource, or `children`: what listings per parent left over. */
    kind: text().notNull(),
    /** `listing`, `judging`, `applied`, `stopped`, `abandoned` */
    state: text().notNull().default('listing'),
    started_at: instant().notNull().defaultNow(),
    finished_at: instant(),
    /** Place in the order of requests before the first one: what was answered after it, the scan says nothing of. */
    first_order: bigint({ mode: 'bigint' }).notNull(),
    /** Ids that were noted as seen: fewer in `scan_seen` means that a crash of the server has emptied it. */
    seen: whole().notNull().default(0),
    /** Live rows of the table, and those among them that were not seen, at the end of the listing. */
    live: whole(),
    candidates: whole(),
    deleted: whole().notNull().default(0),
    /** When a person let a stopped one through. */
    approved_at: instant(),
  },
  (table) => [
    index('scans_resource_id').on(table.resource, table.id),
    index('scans_stopped').on(table.id).where(sql`${table.state} = 'stopped'`),
  ],
);

/** Ids that a scan in progress has seen, an array a page. Not logged: made again by the next scan. */
export const scanSeen = pylonSync.table(
  'scan_seen',
  {
    scan_id: bigint({ mode: 'number' }).notNull(),
    part: bigint({ mode: 'number' }).generatedAlwaysAsIdentity(),
    ids: text().array().notNull(),
  },
  (table) => [primaryKey({ name: 'scan_seen_pkey', columns: [table.scan_id, table.part] })],
);

/** Rows that a scan did not see, until each is proved gone or found alive. */
export const scanCandidates = pylonSync.table(
  'scan_candidates',
  {
    scan_id: bigint({ mode: 'number' }).notNull(),
    record_id: text().notNull(),
  },
  (table) => [primaryKey({ name: 'scan_candidates_pkey', columns: [table.scan_id, table.record_id] })],
);

/** One row a deletion: what proves it, and when it turned out to be none. */
export const tombstones = pylonSync.table(
  'tombstones',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    resource: text().notNull(),
    record_id: text().notNull(),
    deleted_at: instant().notNull().defaultNow(),
    /** The scan that did not see it; null where it went with its parent. */
    scan_id: bigint({ mode: 'number' }),
    /** `{"absent_from": …, "confirmed_by": "GET /issues/{id}", "status": 404, "request_id": …}` or `{"parent": …}` */
    evidence: jsonb().notNull(),
    /** When the record was seen again. */
    restored_at: instant(),
  },
  (table) => [
    index('tombstones_record').on(table.resource, table.record_id),
    index('tombstones_deleted_at').on(table.resource, table.deleted_at),
  ],
);

/** What the continuous audit found, by day: objects read again at random, and those that differed. */
export const audits = pylonSync.table(
  'audits',
  {
    resource: text().notNull(),
    day: date({ mode: 'string' }).notNull(),
    sampled: whole().notNull().default(0),
    /** Of these, rows that differed from the object in any way, late changes included. */
    differed: whole().notNull().default(0),
    /** Of these, rows that differed although earlier passes had covered the time of their change. */
    drifted: whole().notNull().default(0),
  },
  (table) => [primaryKey({ name: 'audits_pkey', columns: [table.resource, table.day] })],
);

/** Work that a one-shot command hands to the daemon that holds the lease, which says here how it went. */
export const handovers = pylonSync.table(
  'handovers',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    /** `sync`, `reconcile`, `push` */
    command: text().notNull(),
    arguments: jsonb().notNull(),
    /** `queued`, `running`, `done`, `failed` */
    state: text().notNull().default('queued'),
    requested_at: instant().notNull().defaultNow(),
    finished_at: instant(),
    /** The figures of each resource, or the reason of the failure. */
    outcome: jsonb(),
  },
  (table) => [index('handovers_queued').on(table.id).where(sql`${table.state} IN ('queued', 'running')`)],
);

/** The queue of local edits: what people changed here in SQL, until it is settled and for a while after. */
export const edits = pylonSync.table(
  'edits',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    resource: text().notNull(),
    record_id: text().notNull(),
    /** `update`, `create`, `delete`, `action` */
    operation: text().notNull(),
    /** What was asked, column → value; of `custom_fields` only the slugs that were changed, null for unset. */
    changes: jsonb().notNull(),
    /** The same columns as the row held them. */
    base: jsonb().notNull(),
    /** The same columns as Pylon was last seen to hold them; null: as `base` says. Of a delete in conflict, what it was compared with. */
    shadow: jsonb(),
    /** `draft`, `pending`, `sending`, `applied`, `conflict`, `failed`, `discarded` (src/edits/states.ts) */
    state: text().notNull(),
    /** Fields that wait for a person, where both sides changed them. */
    held: text().array(),
    /** Fields that are to be sent whatever Pylon holds: a person said so. */
    forced: text().array(),
    /** How often it was tried. What the end of a daemon cut short is no attempt. */
    attempts: integer().notNull().default(0),
    /** Whether the end of a daemon cut an attempt short: it may have arrived. */
    in_doubt: boolean().notNull().default(false),
    next_attempt_at: instant().notNull().defaultNow(),
    /** Since when nothing but the daemon and Pylon keep it from being applied: when it was made, or a person let it go. */
    waiting_since: instant().notNull().defaultNow(),
    error: text(),
    http_status: integer(),
    request_id: text(),
    /** What Pylon held when it mattered. */
    remote: jsonb(),
    /** The body that was sent last. */
    sent: jsonb(),
    /** What Pylon answered, where it could not be stored yet (src/db/settle/answered.ts): it is settled, never sent again. */
    answer: jsonb(),
    actor: text().notNull(),
    /** Null in a database that was copied or restored since: the number means another transaction there. */
    txid: bigint({ mode: 'bigint' }),
    created_at: instant().notNull().defaultNow(),
    sent_at: instant(),
    settled_at: instant(),
    /** When a create left first, by Pylon's clock; null where nothing of it can have arrived. */
    first_sent_at: instant(),
    /** The place in the order of requests before that. */
    first_order: bigint({ mode: 'bigint' }),
    /** The create without which this one could not be carried out. */
    depends_on: bigint({ mode: 'number' }),
  },
  (table) => [
    index('edits_creates').on(table.record_id).where(sql`${table.operation} = 'create'`),
    index('edits_depends_on').on(table.depends_on).where(sql`${table.depends_on} IS NOT NULL`),
    // Beside what is not settled, what waits for a person: few rows, counted often.
    index('edits_open')
      .on(table.resource, table.record_id, table.id)
      .where(sql`${table.state} IN ('draft', 'pending', 'sending', 'conflict', 'failed')`),
    index('edits_due').on(table.resource, table.id).where(sql`${table.state} IN ('pending', 'sending')`),
    index('edits_record').on(table.resource, table.record_id, table.id),
    index('edits_txid').on(table.txid),
    // What is queued costs nothing here.
    index('edits_settled_at').on(table.settled_at).where(sql`${table.settled_at} IS NOT NULL`),
  ],
);

/**
 * What became of the fields that reports ask for (`history` of the descriptors): one row a field that changed. What
 * Pylon holds counts: an edit made here is noted when Pylon is seen to hold it.
 */
export const changes = pylonSync.table(
  'changes',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    resource: text().notNull(),
    record_id: text().notNull(),
    /** A column, or `custom_fields.` and a slug. */
    field: text().notNull(),
    /** Null where there was, or is, nothing. */
    old: jsonb(),
    new: jsonb(),
    seen_at: instant().notNull().defaultNow(),
    /** When Pylon says that the record changed, which it was not later than, or the edit was sent; null where nobody says. */
    changed_at: instant(),
    /** The edit that made it, and by whom; null where it was made in Pylon. */
    edit_id: bigint({ mode: 'number' }),
    actor: text(),
  },
  (table) => [
    index('changes_record').on(table.record_id, table.resource, table.field, table.id),
    index('changes_seen_at').on(table.seen_at),
  ],
);

/** The ids that Pylon gave to what was inserted here, which was known by provisional ones before. */
export const ids = pylonSync.table(
  'ids',
  {
    provisional: text().primaryKey(),
    resource: text().notNull(),
    id: text().notNull(),
    created_at: instant().notNull().defaultNow(),
  },
  (table) => [index('ids_id').on(table.resource, table.id)],
);

/** Columns that views have got for custom fields: each keeps its name for good. */
export const biColumns = pylonSync.table(
  'bi_columns',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    object_type: text().notNull(),
    slug: text().notNull(),
    /** What it holds (src/db/bi/fields.ts); another type of the field is another column. */
    shape: text().notNull(),
    /** `value`, or what is shown beside it. */
    part: text().notNull(),
    name: text().notNull(),
    created_at: instant().notNull().defaultNow(),
  },
  (table) => [
    unique('bi_columns_field').on(table.object_type, table.slug, table.shape, table.part),
    unique('bi_columns_name').on(table.object_type, table.name),
  ],
);
