import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  date,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { instant, whole } from '../resources/define.ts';

/** The daemon's own state, which users can read to learn the status of the mirror. */
export const pylonSync = pgSchema('pylon_sync');

/** Facts about this database as a whole: which workspace it belongs to, what the lease holder allows. */
export const settings = pylonSync.table('settings', {
  key: text().primaryKey(),
  value: jsonb().notNull(),
  updated_at: instant().notNull().defaultNow(),
});

/**
 * One row: the process that may write. `token` is incremented by every takeover. It is unique so that an update of it
 * waits for the transactions that have locked the row `FOR KEY SHARE` under the old token.
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

/** The position of each enumeration, updated in the transaction that stores the rows it covers. */
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

/** For resources that are read record by record: which records were read, and at which mark. */
export const reads = pylonSync.table(
  'reads',
  {
    /** The resource read (`issue_messages`). */
    resource: text().notNull(),
    /** The parent's id, or the record's own id if the resource has no listing. */
    record_id: text().notNull(),
    /**
     * The values of the parent's mark columns when its children were read. The children are due if they differ now.
     */
    mark: text().notNull(),
    /** `read`, or `gone` if Pylon no longer has the record. */
    outcome: text().notNull(),
    read_at: instant().notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ name: 'reads_pkey', columns: [table.resource, table.record_id] }),
    // For the resweep, which reads the oldest first.
    index('reads_resource_read_at').on(table.resource, table.read_at),
  ],
);

/** One row per pass of one resource. */
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
    // For `freshness`: when the newest successful pass of each kind began.
    index('runs_done').on(table.resource, table.kind, table.started_at).where(sql`${table.outcome} = 'done'`),
  ],
);

/** Objects that could not be stored, complete and with the reason, one row per object. */
export const rejectedRecords = pylonSync.table(
  'rejected_records',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    resource: text().notNull(),
    /** The object's id; null if it had none. */
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
 * Records queued to be fetched again one by one: a transaction had locked their rows, their answers overlapped, or
 * something indicates that they changed.
 */
export const rereads = pylonSync.table(
  'rereads',
  {
    resource: text().notNull(),
    record_id: text().notNull(),
    /** Values of the request's path that the record itself does not contain. */
    facts: jsonb().notNull(),
    since: instant().notNull().defaultNow(),
    /**
     * `held` (the row was locked, or an answer is in doubt), `hint` (a webhook), `moved` (a record that it refers to
     * was deleted), `missing`.
     */
    reason: text().notNull().default('held'),
  },
  (table) => [primaryKey({ name: 'rereads_pkey', columns: [table.resource, table.record_id] })],
);

/** The recent requests to each endpoint, for `status` and for a restarted process, which still has to count them. */
export const budgets = pylonSync.table('budgets', {
  /** `GET /issues` */
  endpoint: text().primaryKey(),
  /** The requests per minute that the daemon allows itself. */
  per_minute: integer().notNull(),
  queued: integer().notNull(),
  /** When the requests of the last interval were answered, in epoch milliseconds. */
  answered_at: jsonb().notNull(),
  /** Until when a 429 has paused the endpoint. */
  paused_until: instant(),
  updated_at: instant().notNull().defaultNow(),
});

/**
 * One row per enumeration from whose end deletions are inferred, for the part that it enumerated. A `stopped` scan
 * would have deleted an implausible share of its table, and waits for a person.
 */
export const scans = pylonSync.table(
  'scans',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    resource: text().notNull(),
    /** `listing`: of the whole resource. `children`: the candidates that listings per parent have left. */
    kind: text().notNull(),
    /** `listing`, `judging`, `applied`, `stopped`, `abandoned` */
    state: text().notNull().default('listing'),
    started_at: instant().notNull().defaultNow(),
    finished_at: instant(),
    /**
     * The place in the order of requests before the scan's first one. Rows that a later answer has contained are not
     * candidates.
     */
    first_order: bigint({ mode: 'bigint' }).notNull(),
    /** The number of ids noted as seen. If `scan_seen` has fewer, a crash of the server has emptied it. */
    seen: whole().notNull().default(0),
    /** The numbers of live rows, and of those that were not seen, at the end of the listing. */
    live: whole(),
    candidates: whole(),
    deleted: whole().notNull().default(0),
    /** When a person approved it after it was stopped. */
    approved_at: instant(),
  },
  (table) => [
    index('scans_resource_id').on(table.resource, table.id),
    index('scans_stopped').on(table.id).where(sql`${table.state} = 'stopped'`),
  ],
);

/** Ids that a running scan has seen, one array per page. The table is unlogged: the next scan fills it again. */
export const scanSeen = pylonSync.table(
  'scan_seen',
  {
    scan_id: bigint({ mode: 'number' }).notNull(),
    part: bigint({ mode: 'number' }).generatedAlwaysAsIdentity(),
    ids: text().array().notNull(),
  },
  (table) => [primaryKey({ name: 'scan_seen_pkey', columns: [table.scan_id, table.part] })],
);

/** Rows that a scan did not see, until each is proved deleted or found live. */
export const scanCandidates = pylonSync.table(
  'scan_candidates',
  {
    scan_id: bigint({ mode: 'number' }).notNull(),
    record_id: text().notNull(),
  },
  (table) => [primaryKey({ name: 'scan_candidates_pkey', columns: [table.scan_id, table.record_id] })],
);

/** One row per deletion: what proves it, and when the record was restored. */
export const tombstones = pylonSync.table(
  'tombstones',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    resource: text().notNull(),
    record_id: text().notNull(),
    deleted_at: instant().notNull().defaultNow(),
    /** The scan that did not see it; null if no scan did, e.g. if it was deleted with its parent. */
    scan_id: bigint({ mode: 'number' }),
    /** `{"absent_from": …, "confirmed_by": "GET /issues/{id}", "status": 404, "request_id": …}` or `{"parent": …}` */
    evidence: jsonb().notNull(),
    /** When the record was restored. */
    restored_at: instant(),
  },
  (table) => [
    index('tombstones_record').on(table.resource, table.record_id),
    index('tombstones_deleted_at').on(table.resource, table.deleted_at),
    // For retention: whether a tombstone rests on a scan.
    index('tombstones_scan_id').on(table.scan_id).where(sql`${table.scan_id} IS NOT NULL`),
  ],
);

/** The findings of the audit by day: objects fetched at random, and those that differed. */
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

/** Work that a one-shot command enqueues for the daemon that holds the lease, and its outcome. */
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
    /** The progress of each resource, or the reason of the failure. */
    outcome: jsonb(),
  },
  (table) => [index('handovers_queued').on(table.id).where(sql`${table.state} IN ('queued', 'running')`)],
);

/** The edits: changes that people made in SQL, until they are settled and for a while after. */
export const edits = pylonSync.table(
  'edits',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    resource: text().notNull(),
    record_id: text().notNull(),
    /** `update`, `create`, `delete`, `action` */
    operation: text().notNull(),
    /** The requested values by column; for `custom_fields`, only the slugs that were changed, null to clear one. */
    changes: jsonb().notNull(),
    /** The values of the same columns before the edit. */
    base: jsonb().notNull(),
    /**
     * The last known values of the same columns in Pylon; null: as in `base`. For a DELETE in conflict, the values
     * that it was compared with.
     */
    shadow: jsonb(),
    /** `draft`, `pending`, `sending`, `applied`, `conflict`, `failed`, `discarded` (src/edits/states.ts) */
    state: text().notNull(),
    /** Fields in conflict: both sides changed them, and a person has to decide. */
    held: text().array(),
    /** Fields that are sent even if their value in Pylon has changed, because a person decided so. */
    forced: text().array(),
    /** How often it was tried. An attempt that the end of a daemon interrupted does not count. */
    attempts: integer().notNull().default(0),
    /** Whether the end of a daemon interrupted an attempt, whose request may have arrived. */
    in_doubt: boolean().notNull().default(false),
    next_attempt_at: instant().notNull().defaultNow(),
    /**
     * Since when it waits for the daemon and Pylon only: when it was made, or when a person last approved or retried
     * it.
     */
    waiting_since: instant().notNull().defaultNow(),
    error: text(),
    http_status: integer(),
    request_id: text(),
    /** The values in Pylon when the edit was compared with them. */
    remote: jsonb(),
    /** The body of the last request. */
    sent: jsonb(),
    /**
     * The outcome in Pylon, if it could not be stored yet (src/db/settle/answered.ts): the edit is settled with it,
     * never sent again.
     */
    answer: jsonb(),
    actor: text().notNull(),
    /**
     * The transaction that made it; null if the database was copied or restored since, where the id means another
     * transaction.
     */
    txid: bigint({ mode: 'bigint' }),
    created_at: instant().notNull().defaultNow(),
    sent_at: instant(),
    settled_at: instant(),
    /** When a create was first sent, by Pylon's clock; null if no request of it can have arrived. */
    first_sent_at: instant(),
    /** The place in the order of requests before `first_sent_at`. */
    first_order: bigint({ mode: 'bigint' }),
    /** The create that it depends on. */
    depends_on: bigint({ mode: 'number' }),
  },
  (table) => [
    index('edits_creates').on(table.record_id).where(sql`${table.operation} = 'create'`),
    index('edits_depends_on').on(table.depends_on).where(sql`${table.depends_on} IS NOT NULL`),
    // Unsettled edits, and those that wait for a person: few rows, counted often.
    index('edits_open')
      .on(table.resource, table.record_id, table.id)
      .where(sql`${table.state} IN ('draft', 'pending', 'sending', 'conflict', 'failed')`),
    index('edits_due').on(table.resource, table.id).where(sql`${table.state} IN ('pending', 'sending')`),
    // The second condition keeps Postgres from looking up a record's edits in it, which reads all of the resource.
    index('edits_next')
      .on(table.resource, table.next_attempt_at, table.id)
      .where(sql`${table.state} = 'pending' AND ${table.next_attempt_at} IS NOT NULL`),
    index('edits_record').on(table.resource, table.record_id, table.id),
    index('edits_txid').on(table.txid),
    // Queued edits are not in this index.
    index('edits_settled_at').on(table.settled_at).where(sql`${table.settled_at} IS NOT NULL`),
  ],
);

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/**
 * The contents of files that edits send, until these are applied or discarded: a trigger of `edits` deletes them. Nobody but
 * the owner may read them.
 */
export const files = pylonSync.table(
  'files',
  {
    edit_id: bigint({ mode: 'number' }).notNull(),
    /** The place among the files of the edit, from 1. */
    place: integer().notNull(),
    content: bytea().notNull(),
  },
  (table) => [primaryKey({ name: 'files_pkey', columns: [table.edit_id, table.place] })],
);

/**
 * The history of the fields that reports use (`history` of the descriptors), one row per change of a field. Pylon's
 * values count: a change by an edit is noted when Pylon shows it.
 */
export const changes = pylonSync.table(
  'changes',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    resource: text().notNull(),
    record_id: text().notNull(),
    /** A column, or `custom_fields.` and a slug. */
    field: text().notNull(),
    /** The value before and after; null if it was empty. */
    old: jsonb(),
    new: jsonb(),
    seen_at: instant().notNull().defaultNow(),
    /**
     * The latest time at which it can have been made: the time of change of the record in Pylon, or when the edit was
     * sent; null if unknown.
     */
    changed_at: instant(),
    /** The edit that made it, and the user who made the edit; null if it was made in Pylon. */
    edit_id: bigint({ mode: 'number' }),
    actor: text(),
  },
  (table) => [
    index('changes_record').on(table.record_id, table.resource, table.field, table.id),
    index('changes_seen_at').on(table.seen_at),
  ],
);

/** The ids that Pylon gave to inserted records, by provisional id. */
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

/** The columns of views for custom fields. Each keeps its name for ever. */
export const biColumns = pylonSync.table(
  'bi_columns',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    object_type: text().notNull(),
    slug: text().notNull(),
    /** The shape of its values (src/db/bi/fields.ts). If the field's type changes, it gets another column. */
    shape: text().notNull(),
    /** `value`, or another part that is shown beside it. */
    part: text().notNull(),
    name: text().notNull(),
    created_at: instant().notNull().defaultNow(),
  },
  (table) => [
    unique('bi_columns_field').on(table.object_type, table.slug, table.shape, table.part),
    unique('bi_columns_name').on(table.object_type, table.name),
  ],
);

/**
 * What needs a person, one row from when it began until it was over, and the messages that have told of both
 * (`PYLON_SYNC_ALERT_URL`). Empty where nobody is to be told.
 */
export const alerts = pylonSync.table(
  'alerts',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    /** Names the trouble: `edits failed`, `failing issues`. */
    key: text().notNull(),
    /** What is wrong, in names and numbers; the command for it, as `pylon-sync …` or SQL. */
    summary: text().notNull(),
    command: text().notNull(),
    began_at: instant().notNull().defaultNow(),
    /** The `webhook-id` of the message about the beginning, once it is to be sent; when it was taken. */
    began_message: text(),
    began_told_at: instant(),
    over_at: instant(),
    /** The same of the end. */
    over_message: text(),
    over_told_at: instant(),
  },
  (table) => [
    uniqueIndex('alerts_open').on(table.key).where(sql`${table.over_at} IS NULL`),
    index('alerts_began_at').on(table.began_at),
    index('alerts_untold')
      .on(table.id)
      .where(
        sql`${table.began_told_at} IS NULL OR (${table.over_at} IS NOT NULL AND ${table.over_told_at} IS NULL)`,
      ),
  ],
);
