import { sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';

/** A collation that has changed since indexes were built with it: lookups by these may miss rows. */
export interface ChangedCollation {
  /** Its name; null for the database's default collation. */
  readonly name: string | null;
  readonly database: string;
  /** The version that Postgres has recorded, and the present one of the server's operating system or library. */
  readonly recorded: string;
  readonly actual: string | null;
}

/** The first server version that records the version of a database's collation. */
const NOTED_SINCE = 150_000;

/**
 * Collations whose version has changed since their indexes were built: the database's, if the server records its
 * version (15 and newer), and those that indexes on our tables use.
 */
export async function changedCollations(db: Executor): Promise<readonly ChangedCollation[]> {
  const { rows: servers } = await db.execute<{ number: number }>(
    sql`SELECT current_setting('server_version_num')::integer AS number`,
  );
  // Older servers have neither the column nor the function.
  const ofDatabase =
    (servers[0]?.number ?? 0) < NOTED_SINCE
      ? sql``
      : sql`SELECT NULL::text AS name, datname AS database, datcollversion AS recorded,
                   pg_database_collation_actual_version(oid) AS actual
              FROM pg_database WHERE datname = current_database()
             UNION ALL`;
  const { rows } = await db.execute<ChangedCollation & Record<string, unknown>>(sql`
    SELECT * FROM (${ofDatabase}
      SELECT format('%I.%I', of_collation.nspname, collname), current_database(), collversion,
             pg_collation_actual_version(used.oid)
        FROM pg_collation AS used JOIN pg_namespace AS of_collation ON of_collation.oid = collnamespace
       WHERE used.oid IN (SELECT unnest(indcollation) FROM pg_index JOIN pg_class AS c ON c.oid = indrelid
                           WHERE relnamespace IN (to_regnamespace('pylon'), to_regnamespace('pylon_sync')))
      ) AS found(name, database, recorded, actual)
     WHERE recorded IS NOT NULL AND recorded IS DISTINCT FROM actual`);
  return rows;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The change as a sentence for people. */
export const collationInWords = ({ name, database, recorded, actual }: ChangedCollation): string =>
  `${name === null ? `database ${database}` : `collation ${name}`} sorts text differently from when its indexes were built (version ${recorded}, now ${actual ?? 'none'}): lookups can miss rows until the indexes are rebuilt`;

/** The statements that repair it; the owner of the database must run them. */
export const collationRemedy = ({ name, database }: ChangedCollation): string =>
  `REINDEX DATABASE ${quoted(database)}; ALTER ${name === null ? `DATABASE ${quoted(database)}` : `COLLATION ${name}`} REFRESH${name === null ? ' COLLATION' : ''} VERSION;`;
