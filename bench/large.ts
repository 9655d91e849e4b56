import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { connect } from '../src/db/connection/connect.ts';
import { acquireLease } from '../src/db/lease/lease.ts';
import { purge } from '../src/db/retention/purge.ts';
import { forgetOld } from '../src/db/retention/retention.ts';
import { migrate } from '../src/db/schema/migrate.ts';
import { type Embedded, startEmbedded } from '../src/postgres/embedded.ts';
import { resources } from '../src/resources/index.ts';
import { TEST_SETTINGS, withDatabase } from '../test/helpers/server.ts';
import { fastEnvironment, MAIN, peakOfProcess } from './command.ts';
import { type Asked, askPort, timeOf } from './port.ts';
import { startSandboxProcess } from './sandbox.ts';
import { median } from './share.ts';
import { askViews, fill, REPORTS, type ViewFigure } from './views.ts';

/** What a large mirror takes. Times are in milliseconds. */
export interface LargeFigures {
  readonly issues: number;
  readonly messages: number;
  /** The command as a process, from its start to its end; the first and the next ones. */
  readonly status: Asked;
  /** The same of a mirror without rows: what the process itself takes. */
  readonly emptyStatus: Asked;
  /** Answers of a port that has just opened, and its next ones. */
  readonly page: Asked;
  readonly metrics: Asked;
  readonly reports: Asked;
  readonly views: readonly ViewFigure[];
  readonly retention: Beside & { readonly rows: number };
  readonly purge: Beside & { readonly rows: number };
  /** Peak memory in bytes of commands, and the objects that they read within a few minutes. */
  readonly memory: readonly {
    readonly command: string;
    readonly resource: string;
    readonly peakBytes: number;
    readonly rows: number;
  }[];
}

/** What work in parts took, and what it was for others meanwhile. */
interface Beside {
  readonly ms: number;
  /** The longest transaction of it, as seen every few milliseconds. */
  readonly longestMs: number;
  /** The longest UPDATE of another row meanwhile. */
  readonly waitMs: number;
}

/** Where a large database is kept for the next run; without it, it is removed. */
export interface LargeOptions {
  readonly issues: number;
  readonly keep: string | undefined;
}

/** On a disk: a large database is not to take the machine's memory. */
const SETTINGS = { ...TEST_SETTINGS, shared_buffers: '512MB', max_wal_size: '2GB', max_connections: '50' };
const ROUNDS = 3;
/** Deleted issues that retention empties, with three messages each, and rows of other tables that it deletes. */
const FORGOTTEN = 20_000;
/** Messages of the record that is purged. */
const PURGED = 20_000;
const SAMPLED_MS = 5;
/** Milliseconds after which a reader is asked to end: its peak is that of its pages, and comes early. */
const READING_MS = 180_000;
const MESSAGES_MS = 60_000;

export async function measureLarge({ issues, keep }: LargeOptions): Promise<LargeFigures> {
  const folder = keep ?? (await mkdtemp(join(tmpdir(), 'pylon-sync-large-')));
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const server = await startEmbedded({
    dataDir: folder,
    settings: SETTINGS,
    path: process.env.PATH ?? '',
  });
  try {
    const url = await filledDatabase(server, issues);
    const empty = await makeDatabase(server, EMPTY);
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    try {
      return {
        issues,
        messages: 3 * issues,
        status: await timed(() => runStatus(url)),
        emptyStatus: await timed(() => runStatus(empty)),
        page: await askPort(url, '/', ROUNDS),
        metrics: await askPort(url, '/metrics', ROUNDS),
        reports: await askPort(url, REPORTS, ROUNDS),
        views: await askViews(pool, issues, ROUNDS),
        retention: await measureRetention(url, pool),
        purge: await measurePurge(url, pool),
        memory: await measureMemory(server, folder, issues),
      };
    } finally {
      await pool.end();
    }
  } finally {
    await server.stop();
    if (keep === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** The name of the database without rows. */
const EMPTY = 'large_0';

/** The migrated database of a name; made, unless it is there. */
async function makeDatabase(server: Embedded, name: string): Promise<string> {
  const url = withDatabase(server.url, name);
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  try {
    const { rows } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rows.length === 0) await admin.query(`CREATE DATABASE ${name}`);
  } finally {
    await admin.end();
  }
  const db = await connect(url);
  try {
    await migrate(db.pool);
  } finally {
    await db.close();
  }
  return url;
}

/** The database of so many issues; filled, unless a former run has left it. */
async function filledDatabase(server: Embedded, issues: number): Promise<string> {
  const url = await makeDatabase(server, `large_${issues}`);
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  try {
    const { rows } = await pool.query('SELECT FROM pylon.issues LIMIT 1');
    if (rows.length === 0) await fill(pool, issues);
  } finally {
    await pool.end();
  }
  return url;
}

/** How long it takes once, and the median of the next times. */
async function timed(work: () => Promise<unknown>): Promise<Asked> {
  const first = await timeOf(work);
  const next: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) next.push(await timeOf(work));
  return { first, next: median(next) };
}

async function runStatus(url: string): Promise<void> {
  const child = spawn(process.execPath, [MAIN, 'status', '--json'], {
    stdio: 'ignore',
    env: { PATH: process.env.PATH, DATABASE_URL: url },
  });
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`\`status\` ended with status ${status}`);
}

/** Runs `work`, looks at the transactions of its connections meanwhile, and writes another row again and again. */
async function beside<T>(url: string, work: () => Promise<T>): Promise<Beside & { readonly result: T }> {
  const watcher = new pg.Client({ connectionString: url, application_name: 'bench' });
  const writer = new pg.Client({ connectionString: url, application_name: 'bench' });
  await Promise.all([watcher.connect(), writer.connect()]);
  await writer.query("SET pylon_sync.daemon = 'on'");
  let isOver = false;
  let [longestMs, waitMs] = [0, 0];
  const watch = async () => {
    while (!isOver) {
      const { rows } = await watcher.query<{ ms: number | null }>(
        `SELECT extract(epoch FROM max(clock_timestamp() - xact_start))::float8 * 1000 AS ms FROM pg_stat_activity
          WHERE datname = current_database() AND application_name <> 'bench' AND backend_type = 'client backend'`,
      );
      longestMs = Math.max(longestMs, rows[0]?.ms ?? 0);
      await sleep(SAMPLED_MS);
    }
  };
  const write = async () => {
    while (!isOver) {
      const begun = performance.now();
      await writer.query("UPDATE pylon.tasks SET title = title WHERE id = 'k1'");
      waitMs = Math.max(waitMs, performance.now() - begun);
      await sleep(SAMPLED_MS);
    }
  };
  const others = Promise.all([watch(), write()]);
  const begun = performance.now();
  try {
    const result = await work();
    const ms = performance.now() - begun;
    return { result, ms, longestMs, waitMs };
  } finally {
    isOver = true;
    await others;
    await Promise.all([watcher.end(), writer.end()]);
  }
}

const asDaemon = async (pool: pg.Pool, statements: string) => {
  await pool.query(`BEGIN; SET LOCAL pylon_sync.daemon = 'on'; ${statements}; COMMIT`);
};

/** Removes what was made to be forgotten, so that the next run finds the database as it was. */
const CLEAN =
  "DELETE FROM pylon.issues WHERE id LIKE 'x%'; DELETE FROM pylon.issue_messages WHERE id LIKE 'x%'";

async function measureRetention(url: string, pool: pg.Pool): Promise<LargeFigures['retention']> {
  await asDaemon(
    pool,
    `INSERT INTO pylon.issues (id, number, title, body_html, _hash, _deleted_at)
     SELECT 'x' || n, n, 'Gone', repeat('<p>some text</p>', 40), 'h', now() - interval '100 days'
       FROM generate_series(1, ${FORGOTTEN}) AS n;
     INSERT INTO pylon.issue_messages (id, issue_id, message_html, _hash, _deleted_at)
     SELECT 'x' || n, 'x' || 1 + n / 3, repeat('<p>some text</p>', 20), 'h', now() - interval '100 days'
       FROM generate_series(0, ${3 * FORGOTTEN} - 1) AS n;
     INSERT INTO pylon_sync.tombstones (resource, record_id, evidence, deleted_at)
     SELECT 'issues', id, '{"status": 404}'::jsonb, _deleted_at FROM pylon.issues WHERE id LIKE 'x%'
      UNION ALL SELECT 'issue_messages', id, '{"parent": "issues"}'::jsonb, _deleted_at FROM pylon.issue_messages WHERE id LIKE 'x%';
     INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, settled_at)
     SELECT 'issues', 'x' || n, 'update', '{}', '{}', 'applied', 'bench', 1, now() - interval '100 days'
       FROM generate_series(1, ${FORGOTTEN}) AS n;
     INSERT INTO pylon_sync.changes (resource, record_id, field, seen_at)
     SELECT 'issues', 'x' || n, 'state', now() - interval '100 days' FROM generate_series(1, ${FORGOTTEN}) AS n`,
  );
  const db = await connect(url);
  const lease = await acquireLease(db, { command: 'bench' });
  try {
    const { result, ...took } = await beside(url, () => forgetOld(db, lease, { resources, days: 90 }));
    const { isAll, ...numbers } = result;
    if (!isAll) throw new Error('retention was not finished');
    return { ...took, rows: Object.values(numbers).reduce((sum, one) => sum + one, 0) };
  } finally {
    await lease.release();
    await db.close();
    await asDaemon(pool, `${CLEAN}; DELETE FROM pylon_sync.tombstones WHERE record_id LIKE 'x%'`);
  }
}

async function measurePurge(url: string, pool: pg.Pool): Promise<LargeFigures['purge']> {
  await asDaemon(
    pool,
    `INSERT INTO pylon.issues (id, number, title, _hash, _deleted_at) VALUES ('x', 0, 'Gone', 'h', now());
     INSERT INTO pylon.issue_messages (id, issue_id, message_html, _hash, _deleted_at)
     SELECT 'x' || n, 'x', repeat('<p>some text</p>', 20), 'h', now() FROM generate_series(1, ${PURGED}) AS n`,
  );
  const db = await connect(url);
  try {
    const { result, ...took } = await beside(url, () => purge(db, 'x', { dryRun: false }));
    return { ...took, rows: Object.values(result.rows).reduce((sum, one) => sum + one, 0) };
  } finally {
    await db.close();
    await asDaemon(pool, CLEAN);
  }
}

/** Reads a workspace of so many issues, which are made when they are asked for, into a database of its own. */
async function measureMemory(
  server: Embedded,
  folder: string,
  issues: number,
): Promise<LargeFigures['memory']> {
  const sandbox = await startSandboxProcess({ kind: 'made', issues });
  const name = 'large_read';
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  try {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${name}`);
    const url = withDatabase(server.url, name);
    const env = { ...(await fastEnvironment(sandbox, url, folder)), LOG_LEVEL: 'warn' };
    const memory: LargeFigures['memory'][number][] = [];
    for (const [command, resource, afterMs] of [
      ['backfill', 'issues', READING_MS],
      ['reconcile', 'issues', READING_MS],
      ['backfill', 'issue_messages', MESSAGES_MS],
    ] as const) {
      process.stderr.write(`${command} of ${resource}\n`);
      const shell = `"${process.execPath}" "${MAIN}" ${command} --resource ${resource}`;
      const peakBytes = await peakOfProcess({ shell, env, afterMs });
      memory.push({ command, resource, peakBytes, rows: await readRows(url, command, resource) });
    }
    return memory;
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
    await sandbox.stop();
  }
}

/** Objects that the last pass of a command read. */
async function readRows(url: string, kind: string, resource: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ read: number }>(
      'SELECT rows_read::float8 AS read FROM pylon_sync.runs WHERE kind = $1 AND resource = $2 ORDER BY id DESC LIMIT 1',
      [kind, resource],
    );
    return rows[0]?.read ?? 0;
  } finally {
    await client.end();
  }
}
