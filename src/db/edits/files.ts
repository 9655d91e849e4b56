import { sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { files } from '../tables.ts';

/** Bytes read at a time: the driver has them as text, twice as long. */
const PART = 1024 * 1024;

/** Writes the content of a file of an edit into `target`. Returns the number of its bytes; 0 if it is not there. */
export async function readFile(
  db: Executor,
  edit: number,
  place: number,
  target: Uint8Array,
): Promise<number> {
  let read = 0;
  for (;;) {
    const { rows } = await db.execute<{ part: Buffer }>(sql`
      SELECT substring(content FROM ${read + 1}::integer FOR ${PART}::integer) AS part
        FROM ${files} WHERE edit_id = ${edit} AND place = ${place}`);
    const part = rows[0]?.part;
    if (part === undefined || part.length === 0) return read;
    target.set(part, read);
    read += part.length;
  }
}
