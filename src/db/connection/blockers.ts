import { sql } from 'drizzle-orm';
import type { Executor } from './connect.ts';

/** Who holds a lock that others wait for. What it asks of the database is its own business. */
export interface Blocker {
  /** Of the server; null of a prepared transaction. */
  readonly pid: number | null;
  readonly user: string | null;
  readonly application: string | null;
}

/** Others who hold a lock on a relation at present; the relation is named with its schema. */
export async function blockersOf(db: Executor, relation: string): Promise<readonly Blocker[]> {
  const { rows } = await db.execute<Blocker & Record<string, unknown>>(sql`
    SELECT DISTINCT held.pid, other.usename AS user, nullif(other.application_name, '') AS application
      FROM pg_locks AS held LEFT JOIN pg_stat_activity AS other ON other.pid = held.pid
     WHERE held.locktype = 'relation' AND held.granted AND held.pid IS DISTINCT FROM pg_backend_pid()
       AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND held.relation = to_regclass(${relation})
     ORDER BY 1`);
  return rows;
}

/** The relation of ours that a statement of DDL names first; undefined where it names none. */
export function relationIn(statement: string): string | undefined {
  const [, schema, name] = /\b(pylon(?:_sync|_bi)?)"?\."?(\w+)/.exec(statement) ?? [];
  return name === undefined ? undefined : `${schema}.${name}`;
}

/** For people. */
export function blockersInWords(blockers: readonly Blocker[]): string {
  const all = blockers.map(({ pid, user, application }) => {
    const who = [user, application].filter((one) => one !== null).join(', ');
    const what = pid === null ? 'a prepared transaction' : `process ${pid}`;
    return who === '' ? what : `${what} (${who})`;
  });
  return all.length === 0 ? 'a transaction that has ended since' : all.join(', ');
}
