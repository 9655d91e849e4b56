import { type SQL, sql } from 'drizzle-orm';

/** SQL that formats a `timestamptz` column as RFC 3339 in UTC, in whole seconds. */
export const utc = (column: string): SQL =>
  sql.raw(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`);
