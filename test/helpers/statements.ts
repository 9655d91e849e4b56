import pg from 'pg';

/** A statement, as it was sent. */
export interface Sent {
  readonly text: string;
  readonly values: unknown[];
}

/** The statements with a text in them that this process sends during some work, which may look at those so far. */
export async function statementsOf(
  about: string,
  work: (sent: readonly Sent[]) => Promise<unknown>,
): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    const [first, second] = given as [string | { text: string; values?: unknown[] }, unknown];
    const text = typeof first === 'string' ? first : first.text;
    const values = Array.isArray(second) ? second : typeof first === 'string' ? [] : (first.values ?? []);
    if (text.includes(about)) sent.push({ text, values });
    return query.apply(this, given as never);
  } as typeof query;
  try {
    await work(sent);
  } finally {
    pg.Client.prototype.query = query;
  }
  return sent;
}
