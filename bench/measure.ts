import type pg from 'pg';
import { onServer } from '../test/helpers/server.ts';

/** What one load of a workspace's issues took. */
export interface Cost {
  readonly rows: number;
  readonly seconds: number;
  /** Processor time of this process, the client. */
  readonly clientSeconds: number;
  readonly walBytes: number;
  /** Dead rows of `pylon.issues` afterwards. */
  readonly deadRows: number;
}

const walPosition = async (client: pg.Client): Promise<string> => {
  const { rows } = await client.query<{ at: string }>('SELECT pg_current_wal_insert_lsn() AS at');
  return rows[0]?.at ?? '0/0';
};

/**
 * Measures a load from its first connection to its last commit. A checkpoint goes before, and none of its
 * own log is counted; the log is read where it is inserted, since nothing here waits for it to be written.
 */
export async function measure(database: string, load: () => Promise<number>): Promise<Cost> {
  return onServer(database, async (client) => {
    await client.query('CHECKPOINT');
    const before = await walPosition(client);
    const usedBefore = process.cpuUsage();
    const startedAt = performance.now();
    const rows = await load();
    const seconds = (performance.now() - startedAt) / 1000;
    const used = process.cpuUsage(usedBefore);
    const { rows: log } = await client.query<{ bytes: string }>(
      'SELECT pg_current_wal_insert_lsn() - $1::pg_lsn AS bytes',
      [before],
    );
    return {
      rows,
      seconds,
      clientSeconds: (used.user + used.system) / 1e6,
      walBytes: Number(log[0]?.bytes),
      deadRows: await deadRows(client),
    };
  });
}

/** Counted once every other session has ended: a session hands its figures over when it does. */
async function deadRows(client: pg.Client): Promise<number> {
  for (;;) {
    const { rows } = await client.query<{ others: number }>(
      `SELECT count(*)::int AS others FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    if (rows[0]?.others === 0) break;
  }
  await client.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await client.query<{ dead: number }>(
    `SELECT n_dead_tup::int AS dead FROM pg_stat_user_tables WHERE relid = 'pylon.issues'::regclass`,
  );
  return rows[0]?.dead ?? 0;
}
