import { type SQL, sql } from 'drizzle-orm';
import { PROVISIONAL } from '../../edits/provisional.ts';

/** Whether Pylon has given a record its id: one that was inserted here and is not sent yet is none to ask it for. */
export const isGiven = (id: SQL): SQL => sql`${id} NOT LIKE ${sql.raw(`'${PROVISIONAL}%'`)}`;
