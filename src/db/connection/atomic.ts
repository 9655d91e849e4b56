import type pg from 'pg';
import { TransientError } from '../../errors.ts';
import { DatabaseAwayError, isBroken } from './away.ts';
import { beginning, CHANGING, hasTransactionTimeout, READING, type Terms } from './begin.ts';
import { brokenBy } from './pool.ts';
import { sqlState } from './sql-state.ts';

/** Provides connections. Only this module runs statements on one outside a transaction. */
export type Pool = Pick<pg.Pool, 'connect'>;

/** A statement, as `pg` takes it. */
export type Statement = string | pg.QueryConfig;

/** A statement with its values. */
export type Asked = readonly [statement: Statement, values?: readonly unknown[]];

/**
 * Codes of a BEGIN that failed because of somebody's settings: the server closed the idle session (57P05, or a
 * network error if BEGIN met the closing connection), or a very short timeout expired before ours was set (57014,
 * 25P04). Nothing was done, so that the transaction can be retried.
 */
const NOT_BEGUN = /^(57P05|57014|25P04|EPIPE|ECONNRESET)$/;

/**
 * A timeout of a millisecond may expire several times on a busy machine, and the server may have closed every idle
 * connection.
 */
const TRIES = 20;

/** SQLSTATE of a hot standby, whose transactions cannot write. */
const IN_RECOVERY = '0A000';

type Outcome<T> = PromiseSettledResult<T>;

/** The connections whose server has a transaction timeout, as the answer to a BEGIN has told. */
const timed = new WeakSet<pg.PoolClient>();

/**
 * Sends BEGIN and the given statements, pipelined if the connection supports that. If the transaction could not
 * begin, tries again on another connection. Returns the connection and the outcome of each statement.
 *
 * @throws DatabaseAwayError if the server cannot write.
 */
async function begin(
  pool: Pool,
  terms: Terms,
  behind: readonly Asked[],
): Promise<{ client: pg.PoolClient; outcomes: readonly Outcome<pg.QueryResult>[] }> {
  for (let attempt = 1; ; attempt += 1) {
    const client = await pool.connect();
    const outcomes: Outcome<pg.QueryResult>[] = [];
    const run = async (statement: Statement, values: readonly unknown[] = []) => {
      const [outcome] = await Promise.allSettled([client.query(statement, [...values])]);
      return outcome;
    };
    const flight: readonly Asked[] = [[beginning(terms, timed.has(client))], ...behind];
    if (client.pipeline) {
      // In one packet: sent one by one, each statement would be a system call here and a wake-up there.
      const { stream } = client.connection;
      stream.cork();
      const sent = flight.map((one) => run(...one));
      stream.uncork();
      outcomes.push(...(await Promise.all(sent)));
    } else for (const one of flight) outcomes.push(await run(...one));
    const [begun, ...rest] = outcomes;
    if (begun?.status === 'fulfilled') {
      if (hasTransactionTimeout(begun.value)) timed.add(client);
      return { client, outcomes: rest };
    }
    client.release(true);
    const error = reasonOn(client, begun?.reason);
    if (sqlState(error) === IN_RECOVERY)
      throw new DatabaseAwayError('the database cannot be written to', { cause: error });
    if (attempt === TRIES || !NOT_BEGUN.test(sqlState(error))) throw error;
  }
}

/** Why a query failed: the reason for which its connection broke, if that is known. */
const reasonOn = (client: pg.PoolClient, error: unknown): unknown =>
  (isBroken(error) ? brokenBy(client) : undefined) ?? error;

const resultOf = <T>(client: pg.PoolClient, outcome: Outcome<T> | undefined): T => {
  if (outcome?.status === 'fulfilled') return outcome.value;
  throw reasonOn(client, outcome?.reason);
};

/**
 * Runs one query in a read-only transaction, without an additional round trip. The session's settings do not change
 * how Postgres parses values or resolves names.
 */
export async function readStatement<Row extends pg.QueryResultRow>(
  pool: Pool,
  statement: Statement,
  values: readonly unknown[] = [],
  terms: Terms = READING,
): Promise<pg.QueryResult<Row>> {
  const { client, outcomes } = await begin(pool, terms, [[statement, values], ['COMMIT']]);
  const [asked, ended] = outcomes;
  client.release(ended?.status !== 'fulfilled');
  return resultOf(client, asked) as pg.QueryResult<Row>;
}

/** Runs one writing statement in a transaction of its own, in two round trips. */
export async function writeStatement<Row extends pg.QueryResultRow>(
  pool: Pool,
  statement: Statement,
  values: readonly unknown[] = [],
  terms: Terms = CHANGING,
): Promise<pg.QueryResult<Row>> {
  const { client } = await begin(pool, terms, []);
  const [done, ended] = await Promise.allSettled([
    client.query<Row>(statement, [...values]),
    client.query('COMMIT'),
  ]);
  client.release(ended.status === 'rejected');
  const result = resultOf(client, done);
  assertCommitted(resultOf(client, ended));
  return result;
}

/** After a failed statement COMMIT succeeds, but answers ROLLBACK. */
function assertCommitted({ command }: pg.QueryResult): void {
  if (command !== 'COMMIT') throw new TransientError('the transaction was rolled back by the server');
}

export interface AtomicOptions {
  readonly terms?: Terms;
  /**
   * Statements that are pipelined with BEGIN, and run one after the other. They must be harmless outside a transaction
   * and when repeated: if BEGIN fails, they run alone, and again in the next attempt.
   */
  readonly opening?: readonly Asked[];
}

/**
 * Runs `work` in one transaction, on a connection of its own. If `work` throws, rolls back and rethrows. If the
 * rollback cannot be sent either, the connection is closed, which has the same effect.
 *
 * @param work Receives the connection and the results of the opening statements.
 * @throws TransientError when the server rolled back although `work` had not failed; DatabaseAwayError if the server
 * cannot write.
 */
export async function atomically<T>(
  pool: Pool,
  work: (client: pg.PoolClient, opened: readonly pg.QueryResult[]) => Promise<T>,
  { terms = CHANGING, opening = [] }: AtomicOptions = {},
): Promise<T> {
  const { client, outcomes } = await begin(pool, terms, opening);
  try {
    const opened = outcomes.map((outcome) => resultOf(client, outcome));
    const result = await work(client, opened);
    assertCommitted(await client.query('COMMIT'));
    client.release();
    return result;
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => client.release(),
      () => client.release(true),
    );
    throw reasonOn(client, error);
  }
}
