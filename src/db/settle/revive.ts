import { sql } from 'drizzle-orm';
import { moves } from '../../edits/states.ts';
import type { Executor } from '../connection/connect.ts';
import { statesIn } from '../edits/queue.ts';
import { col } from '../edits/table.ts';
import { edits } from '../tables.ts';

/** Requeues edits that failed because another one did not give what they name. */
export async function revive(tx: Executor, create: number): Promise<void> {
  const { from, to } = moves('retry');
  await tx.execute(sql`
    UPDATE ${edits}
       SET ${col.state} = ${to}, ${col.error} = NULL, ${col.answer} = NULL, ${col.settled_at} = NULL, ${col.depends_on} = NULL, ${col.sent_at} = NULL, ${col.waiting_since} = clock_timestamp(),
           ${col.next_attempt_at} = clock_timestamp()
     WHERE ${col.depends_on} = ${create} AND ${col.state} = ANY(${statesIn(from)})`);
}
