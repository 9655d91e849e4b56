import type pg from 'pg';

/** The terms of a transaction. Times are in milliseconds; 0: unlimited. */
export interface Terms {
  readonly access: 'READ WRITE' | 'READ ONLY';
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ';
  /** How long one statement may take. */
  readonly statementMs: number;
  /** How long one statement may wait for one lock. */
  readonly lockMs: number;
  /** How long the transaction may wait for its next statement. */
  readonly idleMs: number;
  /** Further `name = value` pairs, in SQL. */
  readonly also?: readonly string[];
}

/**
 * The settings that decide the results of a statement, at Postgres's own defaults; the one that resolves names comes
 * first. Other settings are left to whoever runs the server: the planner's and memory only change the speed;
 * `session_replication_role` and `plpgsql.variable_conflict` need a superuser, and the latter has no effect as no
 * name is ambiguous.
 */
const RESULTS = [
  'search_path = pg_catalog, pg_temp',
  'standard_conforming_strings = on',
  'array_nulls = on',
  'transform_null_equals = off',
  "DateStyle = 'ISO, MDY'",
  'IntervalStyle = postgres',
  "TimeZone = 'UTC'",
  'bytea_output = hex',
  'extra_float_digits = 1',
  'quote_all_identifiers = off',
  'row_security = on',
  'client_min_messages = warning',
  "plpgsql.extra_errors = 'none'",
];

/** Turns off the transaction timeout, a setting that Postgres has since version 17: one row if the server has it. */
const NO_TRANSACTION_TIMEOUT = `SELECT set_config('transaction_timeout', '0', true)
  WHERE current_setting('server_version_num')::integer >= 170000`;

/** What a server answered to the SQL of `beginning`: a result for each of its statements. */
type Begun = pg.QueryResult | readonly pg.QueryResult[];

/** Whether a server has a transaction timeout, by what it answered to the SQL that asks for it. */
export const hasTransactionTimeout = (begun: Begun): boolean => [begun].flat().at(-1)?.rows.length === 1;

/**
 * The SQL that begins a transaction, in one message. It overrides whatever a role, a database or a session has set
 * that would change how statements run. All settings are local to the transaction, so that a transaction pooler may
 * stand in between.
 *
 * @param isTimed Whether the server is known to have a transaction timeout. To ask for it takes longer than to set it.
 */
export function beginning(terms: Terms, isTimed = false): string {
  const { access, isolation = 'READ COMMITTED', statementMs, lockMs, idleMs, also = [] } = terms;
  const settings = [
    // First, because the session's own timeout applies until this one is set.
    `statement_timeout = ${statementMs}`,
    `lock_timeout = ${lockMs}`,
    `idle_in_transaction_session_timeout = ${idleMs}`,
    ...RESULTS,
    ...also,
    ...(isTimed ? ['transaction_timeout = 0'] : []),
  ];
  return [
    `BEGIN ISOLATION LEVEL ${isolation} ${access}`,
    ...settings.map((setting) => `SET LOCAL ${setting}`),
    ...(isTimed ? [] : [NO_TRANSACTION_TIMEOUT]),
  ].join('; ');
}

/** A read-only statement. Its timeout is shorter than that of a silent connection (`connect.ts`). */
export const READING: Terms = { access: 'READ ONLY', statementMs: 120_000, lockMs: 0, idleMs: 30_000 };

/** A write by a person or a command beside the daemon. It waits for locks, for a few seconds. */
export const CHANGING: Terms = { access: 'READ WRITE', statementMs: 120_000, lockMs: 5_000, idleMs: 30_000 };
