import { sql } from 'drizzle-orm';
import type { Executor } from './connect.ts';

/** A session that has a lock for which others wait. Its query is not included: that is private. */
export interface Blocker {
  /** The process id in the server; null for a prepared transaction. */
  readonly pid: number | null;
  readonly user: string | null;
  readonly application: string | null;
}

/** The other sessions that have a lock on a relation now. `relation` is the name with its schema. */
export async function blockersOf(db: Executor, relation: string): Promise<readonly Blocker[]> {
  const { rows } = await db.execute<Blocker & Record<string, unknown>>(sql`
    SELECT DISTINCT locks.pid, other.usename AS user, nullif(other.application_name, '') AS application
      FROM pg_locks AS locks LEFT JOIN pg_stat_activity AS other ON other.pid = locks.pid
     WHERE locks.locktype = 'relation' AND locks.granted AND locks.pid IS DISTINCT FROM pg_backend_pid()
       AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND locks.relation = to_regclass(${relation})
     ORDER BY 1`);
  return rows;
}

/** The first relation of our schemas that a DDL statement names; undefined if it names none. */
export function relationIn(statement: string): string | undefined {
  const [, schema, name] = /\b(pylon(?:_sync|_bi)?)"?\."?(\w+)/.exec(statement) ?? [];
  return name === undefined ? undefined : `${schema}.${name}`;
}

/** The blockers as a phrase for people, e.g. `process 42 (app, psql)`. */
export function blockersInWords(blockers: readonly Blocker[]): string {
  const all = blockers.map(({ pid, user, application }) => {
    const who = [user, application].filter((one) => one !== null).join(', ');
    const what = pid === null ? 'a prepared transaction' : `process ${pid}`;
    return who === '' ? what : `${what} (${who})`;
  });
  return all.length === 0 ? 'a transaction that has ended since' : all.join(', ');
}
