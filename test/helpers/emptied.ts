import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** What copies of the migrated template are brought back to. */
export interface Untouched {
  /** By table, statements that insert the rows that it has in the template. */
  readonly rows: Readonly<Record<string, string>>;
  /** Statements after which sequences go on as they do in the template. */
  readonly sequences: string;
}

/** Postgres counts what is written to each table at once from this version on. */
const COUNTING = 150_000;

const OURS = "('pylon', 'pylon_sync')";

/**
 * Reads what the template holds, so that its copies can be brought back to that. Undefined where each copy can be used
 * only once: the server does not count writes at once, or the user may not write past triggers.
 */
export async function readUntouched(template: pg.ClientBase): Promise<Untouched | undefined> {
  const rowsOf = async <Row extends pg.QueryResultRow>(text: string) =>
    (await template.query<Row>(text)).rows;
  const [known] = await rowsOf<{ may: boolean }>(
    `SELECT rolsuper AND current_setting('server_version_num')::integer >= ${COUNTING} AS may
       FROM pg_roles WHERE rolname = current_user`,
  );
  if (known?.may !== true) return undefined;
  const rows: Record<string, string> = {};
  const tables = await rowsOf<{ name: string }>(
    `SELECT format('%I.%I', nspname, relname) AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
      WHERE nspname IN ${OURS} AND relkind = 'r' AND pg_relation_size(c.oid) > 0`,
  );
  for (const { name } of tables) {
    const [held] = await rowsOf<{ all: string | null }>(`SELECT json_agg(t)::text AS all FROM ${name} AS t`);
    if (held?.all)
      rows[name] =
        `INSERT INTO ${name} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::${name}, ${pg.escapeLiteral(held.all)})`;
  }
  const begun = await rowsOf<{ name: string; last: string }>(
    `SELECT seqrelid::regclass::text AS name, pg_sequence_last_value(seqrelid) AS last FROM pg_sequence
      WHERE pg_sequence_last_value(seqrelid) IS NOT NULL`,
  );
  return {
    rows,
    sequences: [
      'SELECT setval(seqrelid, seqstart, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL',
      ...begun.map(({ name, last }) => `SELECT setval('${name}', ${last})`),
    ].join('; '),
  };
}

/**
 * What a session may have left behind. What it has prepared stays, because `pg` goes on using that. What it has written is
 * counted at once.
 */
const LEAVING = `
  ROLLBACK;
  RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; CLOSE ALL; UNLISTEN *; DISCARD TEMP; DISCARD SEQUENCES;
  SELECT pg_advisory_unlock_all(), pg_stat_force_next_flush()`;

/** Looks for connections that are being closed, and milliseconds between two. */
const LOOKS = 40;
const LOOK_MS = 5;

/** Waits until nobody but these is connected to a database, 200 ms at most; whether that came. */
async function areAlone(client: pg.ClientBase, pids: readonly number[]): Promise<boolean> {
  for (let look = 0; look < LOOKS; look += 1) {
    const { rowCount } = await client.query({
      name: 'who is connected',
      text: `SELECT FROM pg_stat_get_activity(NULL) AS a, pg_database AS d
              WHERE d.oid = a.datid AND datname = current_database() AND backend_type = 'client backend' AND pid <> ALL ($1) LIMIT 1`,
      values: [pids],
    });
    if (rowCount === 0) return true;
    await sleep(LOOK_MS);
  }
  return false;
}

const pidOf = (client: pg.ClientBase) => (client as unknown as { readonly processID: number }).processID;

/** Whether somebody has set, granted or prepared something for the database itself. */
const IS_SET = `
  SELECT FROM pg_database AS d
   WHERE datname = current_database()
     AND (datacl IS NOT NULL OR datconnlimit <> -1
          OR datdba <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
          OR EXISTS (SELECT FROM pg_db_role_setting WHERE setdatabase = d.oid)
          OR EXISTS (SELECT FROM pg_subscription WHERE subdbid = d.oid)
          OR EXISTS (SELECT FROM pg_replication_slots WHERE database = d.datname)
          OR EXISTS (SELECT FROM pg_prepared_xacts WHERE database = d.datname))`;

/**
 * Tables that were written to, kept or rolled back: one of the catalogue with whatever is created, changed, granted,
 * analyzed or dropped. A large one is no cheaper to empty than a database is to copy.
 */
const WRITTEN = `
  SELECT oid, format('%I.%I', relnamespace::regnamespace, relname) AS name,
         relnamespace::regnamespace::text IN ${OURS} AND pg_table_size(oid) < 4e6 AS is_ours
    FROM pg_class
   WHERE relkind = 'r' AND NOT relisshared
     AND pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid) + pg_stat_get_tuples_deleted(oid) > 0
   UNION ALL
  SELECT NULL, current_database(), false WHERE EXISTS (${IS_SET})`;

/**
 * Makes a database what it was before a test, its sessions included; false where more than some rows was changed, or
 * somebody is still at work in it. Then it is of no more use.
 *
 * @param pools All that stay connected to it.
 */
export async function empty(
  pools: readonly pg.Pool[],
  { rows: held, sequences }: Untouched,
): Promise<boolean> {
  if (pools.some(({ ended, idleCount, totalCount }) => ended || idleCount < totalCount)) return false;
  const clients: pg.PoolClient[] = [];
  try {
    for (const pool of pools)
      for (let left = Math.max(1, pool.totalCount); left > 0; left -= 1) clients.push(await pool.connect());
    await Promise.all(clients.map((client) => client.query(LEAVING)));
    const [client] = clients;
    if (client === undefined || !(await areAlone(client, clients.map(pidOf)))) return false;
    const { rows: written } = await client.query<{ oid: number; name: string; is_ours: boolean }>({
      name: 'what is written',
      text: WRITTEN,
    });
    if (written.some(({ is_ours }) => !is_ours)) return false;
    // New files, not dead rows in the old ones: rows come in the order in which they come from a database that is new.
    const statements = [
      ...(written.length === 0 ? [] : [`TRUNCATE ${written.map(({ name }) => name).join(', ')}`]),
      ...written.flatMap(({ oid, name }) => [
        ...(held[name] === undefined ? [] : [held[name]]),
        `SELECT pg_stat_reset_single_table_counters(${oid})`,
      ]),
    ];
    await client.query(
      ['BEGIN', 'SET LOCAL track_counts = off', 'SET LOCAL session_replication_role = replica']
        .concat(statements, sequences, 'COMMIT')
        .join('; '),
    );
    return true;
  } catch {
    return false;
  } finally {
    for (const client of clients) {
      client.removeAllListeners('notice').removeAllListeners('notification');
      client.release();
    }
  }
}
