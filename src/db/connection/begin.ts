/** How a transaction runs. Milliseconds; 0: without end. */
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
 * What decides about the results of a statement, at Postgres's own defaults. The planner's settings, memory and
 * `session_replication_role` are left to whoever runs the server: they change how fast, or need a superuser, as
 * `plpgsql.variable_conflict` does, which decides nothing where no name is ambiguous. What a
 * name means comes first.
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

/** Postgres 17 and later end long transactions; where it is older there is no such setting to turn off. */
const NO_TRANSACTION_TIMEOUT = `SELECT set_config('transaction_timeout', '0', true)
  WHERE current_setting('server_version_num')::integer >= 170000`;

/**
 * Begins a transaction in one message: nothing that a role, a database or a session has set is left to decide how its
 * statements run. Nothing outlasts it, so that a transaction pooler may stand between.
 */
export function beginning(terms: Terms): string {
  const { access, isolation = 'READ COMMITTED', statementMs, lockMs, idleMs, also = [] } = terms;
  const settings = [
    // First, as the one before counts until then.
    `statement_timeout = ${statementMs}`,
    `lock_timeout = ${lockMs}`,
    `idle_in_transaction_session_timeout = ${idleMs}`,
    ...RESULTS,
    ...also,
  ];
  return [
    `BEGIN ISOLATION LEVEL ${isolation} ${access}`,
    ...settings.map((setting) => `SET LOCAL ${setting}`),
    NO_TRANSACTION_TIMEOUT,
  ].join('; ');
}

/** One statement that only looks. Shorter than a silent connection is kept (`connect.ts`). */
export const READING: Terms = { access: 'READ ONLY', statementMs: 120_000, lockMs: 0, idleMs: 30_000 };

/** What a person or a command writes beside the daemon: locks are waited for, and not for long. */
export const CHANGING: Terms = { access: 'READ WRITE', statementMs: 120_000, lockMs: 5_000, idleMs: 30_000 };
