import pg from 'pg';

/** What a piece of work asked of Postgres. */
export interface Asked {
  readonly statements: number;
  readonly transactions: number;
  /** Statements that are sent together, without waiting for an answer, are one round trip. */
  readonly roundTrips: number;
}

/**
 * Counts what all connections of this process ask of Postgres during some work, which no machine's speed changes.
 * `about` says which connections count, by their `application_name`; default: those of the daemon's work.
 */
export async function countingRoundTrips<T>(
  work: () => Promise<T>,
  about = 'pylon-sync',
): Promise<{ readonly result: T; readonly asked: Asked }> {
  const { query } = pg.Client.prototype;
  const open = new WeakMap<pg.Client, number>();
  const asked = { statements: 0, transactions: 0, roundTrips: 0 };
  const counted = function (this: pg.Client, ...given: unknown[]) {
    const sent: unknown = Reflect.apply(query, this, given);
    const { connectionParameters } = this as unknown as {
      connectionParameters: { application_name?: string };
    };
    if (connectionParameters.application_name !== about || !(sent instanceof Promise)) return sent;
    const before = open.get(this) ?? 0;
    open.set(this, before + 1);
    asked.statements += 1;
    if (String(given[0]).startsWith('BEGIN')) asked.transactions += 1;
    if (before === 0) asked.roundTrips += 1;
    const ended = () => void open.set(this, (open.get(this) ?? 1) - 1);
    sent.then(ended, ended);
    return sent;
  };
  pg.Client.prototype.query = counted as typeof query;
  try {
    return { result: await work(), asked };
  } finally {
    pg.Client.prototype.query = query;
  }
}
