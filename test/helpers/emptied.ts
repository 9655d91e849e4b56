import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

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
  SELECT format('%I.%I', relnamespace::regnamespace, relname) AS name,
         relnamespace::regnamespace::text IN ('pylon', 'pylon_sync') AND pg_table_size(oid) < 4e6 AS is_ours
    FROM pg_class
   WHERE relkind = 'r' AND NOT relisshared
     AND pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid) + pg_stat_get_tuples_deleted(oid) > 0
   UNION ALL
  SELECT current_database(), false WHERE EXISTS (${IS_SET})`;

/**
 * Ends a test's use of a database: its sessions are as new, and their transactions over. The tables that were written to;
 * undefined where more than some rows was changed, or somebody is still at work in it. Then it is of no more use.
 *
 * @param pools All that stay connected to it.
 */
export async function leave([own, ...others]: readonly [pg.Pool, ...pg.Pool[]]): Promise<
  readonly string[] | undefined
> {
  if ([own, ...others].some(({ ended, idleCount, totalCount }) => ended || idleCount < totalCount))
    return undefined;
  const clients: pg.PoolClient[] = [];
  try {
    const [client = await own.connect()] = clients;
    clients.push(client);
    for (const pool of [own, ...others])
      for (let left = pool.idleCount; left > 0; left -= 1) clients.push(await pool.connect());
    await Promise.all(clients.map((each) => each.query(LEAVING)));
    if (!(await areAlone(client, clients.map(pidOf)))) return undefined;
    const { rows: written } = await client.query<{ name: string; is_ours: boolean }>({
      name: 'what is written',
      text: WRITTEN,
    });
    return written.every(({ is_ours }) => is_ours) ? written.map(({ name }) => name) : undefined;
  } catch {
    return undefined;
  } finally {
    for (const client of clients) {
      client.removeAllListeners('notice').removeAllListeners('notification');
      client.release();
    }
  }
}
