import { type Pool, readStatement, writeStatement } from '../connection/atomic.ts';
import { refusalIn } from '../connection/sql-state.ts';

/** The major version of the server, e.g. 14. */
export async function serverMajor(pool: Pool): Promise<number> {
  const { rows } = await readStatement<{ number: number }>(
    pool,
    "SELECT current_setting('server_version_num')::integer AS number",
  );
  return Math.floor((rows[0]?.number ?? 0) / 10_000);
}

/** Why the server takes no writes, as a standby does not; undefined if it does. Writes nothing. */
export async function writesRefused(pool: Pool): Promise<string | undefined> {
  try {
    await writeStatement(pool, 'SELECT 1');
    return undefined;
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

/** A role that owns tables of ours of which this database user is no member, and one of these tables. */
export interface ForeignOwner {
  readonly owner: string;
  readonly user: string;
  readonly table: string;
  readonly tables: number;
}

/** Who owns tables of ours without being this database user: it may not migrate them then. */
export async function foreignOwners(pool: Pool): Promise<readonly ForeignOwner[]> {
  const { rows } = await readStatement<{ owner: string; user: string; table: string; tables: number }>(
    pool,
    `SELECT quote_ident(pg_get_userbyid(c.relowner)) AS owner, quote_ident(current_user) AS user,
            min(format('%I.%I', n.nspname, c.relname)) AS table, count(*)::integer AS tables
       FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('pylon', 'pylon_sync') AND c.relkind IN ('r', 'p') AND NOT pg_has_role(c.relowner, 'USAGE')
      GROUP BY c.relowner ORDER BY 1`,
  );
  return rows;
}

/** How many connections the role that logs in, or its database, may have; undefined: as many as the server. */
export async function connectionLimit(pool: Pool): Promise<number | undefined> {
  const { rows } = await readStatement<{ most: number | null }>(
    pool,
    `SELECT least(nullif(rolconnlimit, -1), nullif(datconnlimit, -1)) AS most
       FROM pg_roles CROSS JOIN pg_database
      WHERE rolname = session_user AND datname = current_database() AND NOT rolsuper`,
  );
  return rows[0]?.most ?? undefined;
}
