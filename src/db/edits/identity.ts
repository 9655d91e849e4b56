import { type SQL, sql } from 'drizzle-orm';
import { moves } from '../../edits/states.ts';
import type { Database, Executor } from '../connection/connect.ts';
import { refusalIn } from '../connection/sql-state.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { edits } from '../tables.ts';
import { statesIn } from './queue.ts';
import { col } from './table.ts';

/**
 * The server's timeline. What writes goes on in is said at once after a promotion, the last checkpoint's only after the
 * next one; but not to every user, and not on every managed server.
 */
async function timelineOf({ orm }: Pick<Database, 'orm'>): Promise<number> {
  const read = async (timeline: SQL) =>
    (await orm.execute<{ timeline: number }>(sql`SELECT ${timeline} AS timeline`)).rows[0]?.timeline ?? 0;
  try {
    return await read(sql`('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer`);
  } catch (error) {
    if (refusalIn(error) === undefined) throw error;
    return read(sql`(SELECT timeline_id FROM pg_control_checkpoint())`);
  }
}

/**
 * What distinguishes a database from a copy of it. A copy by dump or template, a restored backup and a promoted replica
 * differ in the server's system identifier and timeline or in the database's oid; a dump that was restored over its own
 * database, in the oids of the tables. A copy of the server's files differs in nothing.
 */
async function identityOf(tx: Executor, timeline: number): Promise<{ server: string; whole: string }> {
  const { rows } = await tx.execute<{ server: string; tables: string }>(sql`
    SELECT concat_ws('.', (SELECT system_identifier FROM pg_control_system()), ${timeline}::integer,
                     (SELECT oid FROM pg_database WHERE datname = current_database())) AS server,
           concat_ws('.', 'pylon_sync.edits'::regclass::oid, 'pylon_sync.settings'::regclass::oid) AS tables`);
  const { server, tables } = rows[0] ?? { server: '', tables: '' };
  return { server, whole: `${server}.${tables}` };
}

/**
 * Compares the database with its identity as it was saved. Where none is saved, edits that wait were restored without
 * it if another transaction wrote their rows than the one that they name: a person may edit before the first start.
 */
async function compare(
  tx: Executor,
  timeline: number,
): Promise<{ identity: string; isKnown: boolean; isCopy: boolean }> {
  const { server, whole } = await identityOf(tx, timeline);
  const { rows } = await tx.execute<{ known: string | null; foreign: boolean }>(sql`
    SELECT (SELECT value #>> '{}' FROM pylon_sync.settings WHERE key = 'identity') AS known,
           EXISTS (SELECT FROM ${edits}
                    WHERE ${col.state} = ANY(${statesIn(moves('quarantine').from)})
                      AND edits.xmin::text::bigint IS DISTINCT FROM ${col.txid} & 4294967295) AS foreign`);
  const { known = null, foreign = false } = rows[0] ?? {};
  // Versions before saved no tables.
  const isCopy = known === null ? foreign : known !== whole && known !== server;
  return { identity: whole, isKnown: known === whole, isCopy };
}

/** Whether the database was copied or restored since its edits were queued, and nothing has been made of that yet. */
export async function isCopied(db: Pick<Database, 'orm'>): Promise<boolean> {
  return (await compare(db.orm, await timelineOf(db))).isCopy;
}

/** Lets tables that were lost and created again be those of the identity. Must run in the transaction that creates them. */
export async function forgetTables(tx: Executor): Promise<void> {
  await tx.execute(sql`
    UPDATE pylon_sync.settings SET value = to_jsonb(regexp_replace(value #>> '{}', '^(\\d+[.]\\d+[.]\\d+)[.].*$', '\\1'))
     WHERE key = 'identity'`);
}

/**
 * In a database that was copied or restored, turns queued edits into drafts: a clone for testing must not write to
 * customers, and a restored database may have sent its queued edits long ago. Also clears the transaction ids of
 * edits, which mean other transactions there. Returns the number of edits turned into drafts; 0 in the original
 * database.
 */
export async function quarantineEdits(db: Database, lease: Lease): Promise<number> {
  const timeline = await timelineOf(db);
  return writing(db, lease, async (tx) => {
    const { identity, isKnown, isCopy } = await compare(tx, timeline);
    if (isKnown) return 0;
    await tx.execute(sql`
      INSERT INTO pylon_sync.settings (key, value) VALUES ('identity', to_jsonb(${identity}::text))
          ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()`);
    if (!isCopy) return 0;
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
