import type pg from 'pg';
import { DatabaseAwayError, DatabaseRefusedError, isLoginRefused } from './away.ts';
import { clientOf } from './client.ts';
import { publicUrl } from './connect.ts';

/** What one statement of a script answered. Values are texts as Postgres writes them, or null. */
export interface Answered {
  /** Names of the columns; empty for a statement that returns none. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** The command, and the number of rows if it has one: `SELECT 3`, `UPDATE 1`, `CREATE`. */
  readonly tag: string;
}

/** A message that the server sends beside its answers. */
export interface Notice {
  /** `NOTICE`, `WARNING`, … */
  readonly severity: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
}

/** A session for statements that a person types: nothing about it is set but its name. */
export interface Console {
  /**
   * Runs a script of one or more statements, in one transaction unless it begins its own. A `COPY … TO STDOUT` has no
   * answer but its data.
   *
   * @throws the error of Postgres's.
   */
  run(script: string): Promise<readonly Answered[]>;
  close(): Promise<void>;
}

/** What is said of `COPY … FROM STDIN`: the data would have to follow the statement. */
const NO_INPUT = {
  message: 'COPY … FROM STDIN takes data that this command does not send',
  hint: "psql sends it: \\copy pylon.tasks (title) FROM 'tasks.csv' CSV HEADER",
};

/** Keeps each value as the text that the server sent. */
const AS_TEXT: pg.CustomTypesConfig = { getTypeParser: () => (value: string) => value };

/**
 * Opens a session.
 *
 * @param onNotice is called with each message of the server, before the answer it belongs to.
 * @param onData is called with what `COPY … TO STDOUT` sends, as it comes: mostly a row a time.
 * @param signal closes the session, and so ends what it runs.
 * @throws DatabaseRefusedError where the server refuses the login, DatabaseAwayError where it cannot be reached.
 */
export async function openConsole(
  url: string,
  onNotice: (notice: Notice) => void,
  onData: (data: Buffer) => void,
  signal: AbortSignal,
): Promise<Console> {
  const { config, Client } = clientOf(url, { application: 'pylon-sync sql', connectMs: 10_000 });
  const client = new Client({ ...config, types: AS_TEXT });
  client.on('notice', ({ severity = 'NOTICE', message = '', detail, hint }) =>
    onNotice({ severity, message, detail, hint }),
  );
  // A connection that breaks while nothing runs is noticed by the next statement.
  client.on('error', () => {});
  const leave = () => client.end().catch(() => {});
  try {
    await client.connect();
  } catch (cause) {
    await leave();
    const Kind = isLoginRefused(cause) ? DatabaseRefusedError : DatabaseAwayError;
    throw new Kind(`cannot use the database at ${publicUrl(url)}`, { cause });
  }
  const { connection } = client as unknown as { connection: pg.Connection };
  // Ended by force: a statement that runs is not waited for.
  const cut = () => connection.stream.destroy();
  let completed = 0;
  /** Which of a script's statements have sent data, by their place. */
  const copied = new Set<number>();
  let isAskedForData = false;
  connection.on('copyOutResponse', () => copied.add(completed));
  connection.on('copyData', ({ chunk }: { chunk: Buffer }) => onData(chunk));
  connection.on('copyInResponse', () => {
    isAskedForData = true;
  });
  connection.on('commandComplete', () => completed++);
  signal.addEventListener('abort', cut, { once: true });
  return {
    async run(script) {
      completed = 0;
      copied.clear();
      isAskedForData = false;
      const results = await client
        .query({ text: script, rowMode: 'array' })
        // `pg` then fails the statement.
        .catch((error: unknown) =>
          Promise.reject(isAskedForData ? Object.assign(error as Error, NO_INPUT) : error),
        );
      return [results]
        .flat()
        .filter((_, at) => !copied.has(at))
        .map(({ command, rowCount, fields, rows }) => ({
          columns: fields.map(({ name }) => name),
          rows: rows as (string | null)[][],
          tag: [command ?? '', rowCount ?? ''].join(' ').trim(),
        }));
    },
    async close() {
      signal.removeEventListener('abort', cut);
      await leave();
    },
  };
}
