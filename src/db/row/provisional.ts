import { type SQL, sql } from 'drizzle-orm';
import { PROVISIONAL } from '../../edits/provisional.ts';

/**
 * SQL: whether Pylon has given a record its id. A record that was inserted here and not sent yet cannot be fetched.
 */
export const isGiven = (id: SQL): SQL => sql`${id} NOT LIKE ${sql.raw(`'${PROVISIONAL}%'`)}`;
