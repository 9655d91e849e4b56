import type pg from 'pg';
import { TransientError } from '../../errors.ts';
import { DatabaseAwayError, isBroken } from './away.ts';
import { beginning, CHANGING, READING, type Terms } from './begin.ts';
import { brokenBy } from './pool.ts';
import { sqlState } from './sql-state.ts';

/** Where connections come from. Nothing but this module runs a statement on one outside a transaction. */
export type Pool = Pick<pg.Pool, 'connect'>;

/** A statement, as `pg` takes it. */
export type Statement = string | pg.QueryConfig;

/** A statement with its values. */
type Asked = readonly [statement: Statement, values?: readonly unknown[]];

/**
 * Codes of a transaction that has not begun for what somebody set: the session was closed for having been idle
 * (57P05, or the network's word for it where BEGIN met the closing connection), or a time limit of a moment ran out
 * before ours was set (57014, 25P04). Nothing was done.
 */
const NOT_BEGUN = /^(57P05|57014|25P04|EPIPE|ECONNRESET)$/;

/** A limit of a millisecond may run out several times on a busy machine; each idle connection may have been closed. */
const TRIES = 20;

/** A server that follows another, whose transactions cannot write. */
const IN_RECOVERY = '0A000';

type Outcome<T> = PromiseSettledResult<T>;

/**
 * Runs statements on a connection behind a BEGIN, all of them in one flight where the connection can do that, and on
 * another connection where the transaction could not begin.
 *
 * @throws DatabaseAwayError where the server cannot write.
 */
async function begin(
  pool: Pool,
  terms: Terms,
  behind: readonly (readonly [Statement, (readonly unknown[])?])[],
): Promise<{ client: pg.PoolClient; outcomes: readonly Outcome<pg.QueryResult>[] }> {
  for (let attempt = 1; ; attempt += 1) {
    const client = await pool.connect();
    const outcomes: Outcome<pg.QueryResult>[] = [];
    const run = async (statement: Statement, values: readonly unknown[] = []) => {
      const [outcome] = await Promise.allSettled([client.query(statement, [...values])]);
      return outcome;
    };
    const flight: readonly Asked[] = [[beginning(terms)], ...behind];
    if (client.pipeline) outcomes.push(...(await Promise.all(flight.map((one) => run(...one)))));
    else for (const one of flight) outcomes.push(await run(...one));
    const [begun, ...rest] = outcomes;
    if (begun?.status === 'fulfilled') return { client, outcomes: rest };
    client.release(true);
    const error = reasonOn(client, begun?.reason);
    if (sqlState(error) === IN_RECOVERY)
      throw new DatabaseAwayError('the database cannot be written to', { cause: error });
    if (attempt === TRIES || !NOT_BEGUN.test(sqlState(error))) throw error;
  }
}

/** Why a query failed: what broke its connection, where that is known. */
const reasonOn = (client: pg.PoolClient, error: unknown): unknown =>
  (isBroken(error) ? brokenBy(client) : undefined) ?? error;

const resultOf = <T>(client: pg.PoolClient, outcome: Outcome<T> | undefined): T => {
  if (outcome?.status === 'fulfilled') return outcome.value;
  throw reasonOn(client, outcome?.reason);
};

/**
 * Asks one question, in a transaction that can write nothing, without a round trip more than the question alone.
 * Values that Postgres parses and names that it looks up mean the same whatever the session says.
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

/** Runs one statement that writes, in a transaction of its own, in two round trips. */
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

/** After a failed statement, COMMIT answers politely that it did not. */
function assertCommitted({ command }: pg.QueryResult): void {
  if (command !== 'COMMIT') throw new TransientError('the transaction was rolled back by the server');
}

export interface AtomicOptions {
  readonly terms?: Terms;
  /**
   * A statement that goes with BEGIN in one flight. It must be one that does no harm where the transaction could not
   * begin: it runs alone then, and again.
   */
  readonly opening?: readonly [Statement, (readonly unknown[])?];
  /** Whether the connection may be used again; default true. */
  readonly keep?: boolean;
}

/**
 * Runs `work` in one transaction, on a connection of its own. Rolls back when `work` throws, and throws on what
 * it threw; where not even that can be said to the server, the connection is closed, which says the same.
 *
 * @param work Takes the connection, and what the opening statement answered.
 * @throws TransientError when the server rolled back although `work` had not failed; DatabaseAwayError where the
 * server cannot write.
 */
export async function atomically<T>(
  pool: Pool,
  work: (client: pg.PoolClient, opened: pg.QueryResult | undefined) => Promise<T>,
  { terms = CHANGING, opening, keep = true }: AtomicOptions = {},
): Promise<T> {
  const { client, outcomes } = await begin(pool, terms, opening === undefined ? [] : [opening]);
  try {
    const opened = opening === undefined ? undefined : resultOf(client, outcomes[0]);
    const result = await work(client, opened);
    assertCommitted(await client.query('COMMIT'));
    client.release(!keep);
    return result;
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => client.release(!keep),
      () => client.release(true),
    );
    throw reasonOn(client, error);
  }
}
