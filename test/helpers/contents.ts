import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** The rows of a database: what others of the same form are brought to. */
export interface Contents {
  /** Of databases of which this is the same, the objects are the same too: what was noted as the views were made. */
  readonly form: string;
  /** By table, its rows in their order, as `COPY` writes them. */
  readonly rows: Readonly<Record<string, string>>;
  /** Statements after which sequences go on as they do there. */
  readonly sequences: string;
}

/** Postgres counts what is written to each table at once from this version on. */
const COUNTING = 150_000;

const OURS = "('pylon', 'pylon_sync')";

/**
 * Whether databases can be emptied: the server counts writes at once, and the user may write past triggers. Otherwise
 * each copy can be used only once.
 */
export async function canBeEmptied(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    `SELECT rolsuper AND current_setting('server_version_num')::integer >= ${COUNTING} AS may
       FROM pg_roles WHERE rolname = current_user`,
  );
  return rows[0]?.may === true;
}

/** Reads what the tables of a database hold that nobody writes to meanwhile. */
export async function readContents(client: pg.ClientBase): Promise<Contents> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', nspname, relname) AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
      WHERE nspname IN ${OURS} AND relkind = 'r' AND pg_relation_size(c.oid) > 0`,
  );
  const rows: Record<string, string> = {};
  for (const { name } of tables) {
    const held = await text(client.query(copyTo(`COPY ${name} TO STDOUT`)));
    if (held !== '') rows[name] = held;
  }
  const { rows: begun } = await client.query<{ name: string; last: string }>(
    `SELECT seqrelid::regclass::text AS name, pg_sequence_last_value(seqrelid) AS last FROM pg_sequence
      WHERE pg_sequence_last_value(seqrelid) IS NOT NULL`,
  );
  const { rows: noted } = await client.query<{ views: string }>(
    "SELECT value::text AS views FROM pylon_sync.settings WHERE key = 'views'",
  );
  return {
    form: noted[0]?.views ?? '',
    rows,
    sequences: [
      'SELECT setval(seqrelid, seqstart, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL',
      ...begun.map(({ name, last }) => `SELECT setval(${pg.escapeLiteral(name)}, ${last})`),
    ].join('; '),
  };
}

/** The tables whose rows are others, by name: the catalogue lists them in any order. */
export const differing = (one: Contents, other: Contents): readonly string[] =>
  [...new Set([one, other].flatMap(({ rows }) => Object.keys(rows)))]
    .filter((name) => one.rows[name] !== other.rows[name])
    .toSorted();

/**
 * Gives a database the rows of another one of the same schema, in new files and in the same order. Nothing of it counts as
 * written.
 *
 * @param tables Those whose rows are others; all of `contents` that are among them are filled.
 */
export async function fillWith(
  client: pg.ClientBase,
  { rows, sequences }: Contents,
  tables: ReadonlySet<string>,
): Promise<void> {
  const names = [...tables];
  // New files, not dead rows in the old ones: rows come in the order in which they come from a database that is new.
  await client.query(
    ['BEGIN', 'SET LOCAL track_counts = off', 'SET LOCAL session_replication_role = replica']
      .concat(names.length === 0 ? [] : [`TRUNCATE ${names.join(', ')}`])
      .join('; '),
  );
  for (const name of names) {
    const held = rows[name];
    if (held === undefined) continue;
    const into = client.query(copyFrom(`COPY ${name} FROM STDIN`));
    into.end(held);
    await once(into, 'finish');
  }
  const counted = names.map(
    (name) => `SELECT pg_stat_reset_single_table_counters(${pg.escapeLiteral(name)}::regclass)`,
  );
  await client.query([...counted, sequences, 'COMMIT'].join('; '));
}
