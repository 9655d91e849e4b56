import { type Pool, readStatement } from '../connection/atomic.ts';

/**
 * Names of our tables on which somebody has forced row security, so that it applies even to this database user, their
 * owner. The daemon then sees only the rows that the policies allow, or is refused.
 */
export async function forcedTables(pool: Pool): Promise<readonly string[]> {
  const { rows } = await readStatement<{ name: string }>(
    pool,
    `SELECT format('%I.%I', n.nspname, c.relname) AS name
       FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('pylon', 'pylon_sync') AND c.relkind IN ('r', 'p') AND c.relforcerowsecurity
        AND pg_has_role(c.relowner, 'USAGE') AND row_security_active(c.oid) ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}
