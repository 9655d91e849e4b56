import { sql } from 'drizzle-orm';
import { moves } from '../../edits/states.ts';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { edits } from '../tables.ts';
import { statesIn } from './queue.ts';
import { col } from './table.ts';

/**
 * Identifies a database, so that a copy can be distinguished from it: the server's system identifier and
 * timeline, and the database's oid. A copy by dump or template, a restored backup and a promoted replica
 * differ in one of these.
 */
async function identityOf(tx: Executor): Promise<string> {
  const { rows } = await tx.execute<{ identity: string }>(sql`
    SELECT concat_ws('.', (SELECT system_identifier FROM pg_control_system()),
                     (SELECT timeline_id FROM pg_control_checkpoint()),
                     (SELECT oid FROM pg_database WHERE datname = current_database())) AS identity`);
  return rows[0]?.identity ?? '';
}

const KNOWN = sql`SELECT value #>> '{}' AS known FROM pylon_sync.settings WHERE key = 'identity'`;

/** Whether the database was copied or restored since its edits were queued, and nothing has been made of that yet. */
export async function isCopied(db: Executor): Promise<boolean> {
  const { rows } = await db.execute<{ known: string | null }>(KNOWN);
  const known = rows[0]?.known;
  return known != null && known !== (await identityOf(db));
}

/**
 * In a database that was copied or restored, turns queued edits into drafts: a clone for testing must not write to
 * customers, and a restored database may have sent its queued edits long ago. Also clears the transaction ids of
 * edits, which mean other transactions there. Returns the number of edits turned into drafts; 0 in the original
 * database.
 */
export async function quarantineEdits(db: Database, lease: Lease): Promise<number> {
  return writing(db, lease, async (tx) => {
    const identity = await identityOf(tx);
    const { rows } = await tx.execute<{ known: string | null }>(KNOWN);
    const known = rows[0]?.known;
    if (known === identity) return 0;
    await tx.execute(sql`
      INSERT INTO pylon_sync.settings (key, value) VALUES ('identity', to_jsonb(${identity}::text))
          ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()`);
    if (known == null) return 0;
    // The other server counts transactions anew: an id may belong to an unrelated transaction there.
    await tx.execute(sql`UPDATE ${edits} SET ${col.txid} = NULL WHERE ${col.txid} IS NOT NULL`);
    // Of the original's troubles its own daemon tells.
    await tx.execute(sql`DELETE FROM pylon_sync.alerts`);
    const { from, to } = moves('quarantine');
    const { rowCount } = await tx.execute(sql`
      UPDATE ${edits} SET ${col.state} = ${to}, ${col.error} = 'the database was copied or restored: approve it to send it'
       WHERE ${col.state} = ANY(${statesIn(from)})`);
    return rowCount ?? 0;
  });
}
