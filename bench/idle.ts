import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { documentedLimits } from '../src/pylon/limits/limits.ts';
import { runBackfill } from '../test/helpers/backfill.ts';
import { type BenchServer, startServer } from './postgres.ts';
import { measureReady, type ReadyFigures } from './ready.ts';
import { type Remote, remoteOf } from './remote.ts';
import { startSandboxProcess } from './sandbox.ts';
import { costOf, type StartPlan, startDaemon } from './started.ts';

/** What was spent per second, and of processor time per minute, in seconds. */
export interface IdleRates {
  readonly transactions: number;
  readonly walBytes: number;
  readonly cpu: number;
  /** How often the two processes woke up. */
  readonly wakeups: number;
}

/** What a daemon that has read everything costs, beside a standby. */
export interface IdleFigures {
  /** Without resweeps and audit, by the number of issues; and how quickly such a daemon starts. */
  readonly idle: readonly (IdleRates & { readonly issues: number; readonly ready: ReadyFigures })[];
  /**
   * What each request of resweeps and audit adds, against a run with the same limits and without them: transactions,
   * bytes of log, milliseconds of processor time.
   */
  readonly audited: {
    readonly requests: number;
    readonly transactions: number;
    readonly walBytes: number;
    readonly cpuMs: number;
  };
  /** What the many issues cost against the few. */
  readonly many: { readonly transactions: number; readonly walBytes: number };
  readonly minutes: number;
}

/** Issues that the sandbox has, and those that copies of their rows make of them. */
const READ = 300;
const MANY = 200_000;
const MINUTE_MS = 60_000;
/** For what the start left to do: the lists, which begin over half a minute, and notes of it. */
const SETTLING_MS = 45_000;
/** Part of the limits for resweeps and audit, where their requests are measured. */
const SHARE = '0.2';
/**
 * Milliseconds that Pylon's minute takes there: each row is read again once in a day of it, and in a real day the few
 * rows would take hours for the requests that tell one run from another.
 */
const AUDITED_MINUTE_MS = 100;
/** Minutes for which those runs last. */
const AUDITED_MINUTES = 2;
/** When whole lists and the full comparison come there: not in those minutes, of which they would fall into some only. */
const ONCE_A_YEAR = '0 0 1 1 *';

/** A sandbox, and a database that mirrors it. */
interface Mirror {
  readonly plan: StartPlan;
  readonly pool: pg.Pool;
  readonly remote: Remote;
  close(): Promise<void>;
}

async function openMirror(server: BenchServer): Promise<Mirror> {
  const sandbox = await startSandboxProcess({ kind: 'limited', issues: READ, minuteMs: 1 });
  const database = await server.createDatabase();
  const client = { limits: documentedLimits('current', 1), share: 1, timeoutMs: 60_000 };
  await runBackfill(sandbox, database.url, { client });
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  return {
    plan: { folder: server.folder, sandbox, database: database.url },
    pool,
    remote: remoteOf(sandbox),
    async close() {
      await pool.end();
      await database.drop();
      await sandbox.stop();
    },
  };
}

interface Spent {
  readonly at: number;
  readonly transactions: number;
  readonly walBytes: number;
  readonly cpu: number;
  readonly wakeups: number;
  readonly requests: number;
}

/** What a daemon and a standby spend in so many minutes. */
async function spentBy(
  { plan, pool, remote }: Mirror,
  minutes: number,
  env: NodeJS.ProcessEnv,
): Promise<Spent> {
  const daemons = [0, 1].map(() => startDaemon({ ...plan, env }));
  const soFar = async (): Promise<Spent> => {
    const { rows } = await pool.query<{ transactions: number; log: number }>(
      `SELECT xact_commit::float8 AS transactions, (pg_current_wal_insert_lsn() - '0/0')::float8 AS log
         FROM pg_stat_database WHERE datname = current_database()`,
    );
    const { all } = await remote.requests();
    const costs = await Promise.all(daemons.map(costOf));
    return {
      at: performance.now(),
      transactions: rows[0]?.transactions ?? 0,
      walBytes: rows[0]?.log ?? 0,
      cpu: costs.reduce((sum, { cpu }) => sum + cpu, 0),
      wakeups: costs.reduce((sum, { wakeups }) => sum + wakeups, 0),
      requests: all,
    };
  };
  try {
    await sleep(SETTLING_MS);
    const before = await soFar();
    await sleep(minutes * MINUTE_MS);
    return differenceOf(before, await soFar());
  } finally {
    await Promise.all(daemons.map((daemon) => daemon.end()));
  }
}

/**
 * Measures the built daemon, and another one that stands by, on a workspace that was read whole: the few issues and the
 * many side by side, each on a server of its own, whose log nobody else writes.
 */
export async function measureIdle(server: BenchServer, minutes: number): Promise<IdleFigures> {
  const other = await startServer();
  const mirrors: Mirror[] = [];
  try {
    for (const one of [server, other]) mirrors.push(await openMirror(one));
    const [few, many] = mirrors as [Mirror, Mirror];
    await makeMany(many.pool);
    const each = (env: NodeJS.ProcessEnv) => (mirror: Mirror) => spentBy(mirror, minutes, env);
    const idle = await Promise.all(mirrors.map(each({ PYLON_SYNC_AUDIT_SHARE: '0' })));
    const ready: ReadyFigures[] = [];
    for (const { plan, remote } of mirrors) ready.push(await measureReady(plan, remote));
    const rates = idle.map(ratesOf);
    const [ofFew, ofMany] = rates as [IdleRates, IdleRates];
    return {
      minutes,
      many: {
        transactions: ofMany.transactions / ofFew.transactions,
        walBytes: ofMany.walBytes / ofFew.walBytes,
      },
      idle: [READ, MANY].map((issues, place) => ({
        issues,
        ...(rates[place] as IdleRates),
        ready: ready[place] as ReadyFigures,
      })),
      audited: await measureAudited(few, server.folder),
    };
  } finally {
    for (const mirror of mirrors) await mirror.close();
    await other.stop();
  }
}

/** What a request of resweeps and audit adds, with limits under which there are many. */
async function measureAudited(mirror: Mirror, folder: string): Promise<IdleFigures['audited']> {
  const limits = join(folder, 'audited-limits.json');
  await writeFile(limits, JSON.stringify({ interval_ms: AUDITED_MINUTE_MS }));
  const withShare = (share: string) =>
    spentBy(mirror, AUDITED_MINUTES, {
      PYLON_RATE_LIMITS: limits,
      PYLON_SYNC_AUDIT_SHARE: share,
      PYLON_SYNC_LIST_SCHEDULE: ONCE_A_YEAR,
      PYLON_SYNC_RECONCILE_SCHEDULE: ONCE_A_YEAR,
    });
  const base = await withShare('0');
  const busy = await withShare(SHARE);
  const requests = busy.requests - base.requests;
  return {
    requests,
    transactions: (busy.transactions - base.transactions) / requests,
    walBytes: (busy.walBytes - base.walBytes) / requests,
    cpuMs: ((busy.cpu - base.cpu) * 1_000) / requests,
  };
}

const perSecond = (amount: number, { at }: Spent) => (amount * 1_000) / at;

const ratesOf = (spent: Spent): IdleRates => ({
  transactions: perSecond(spent.transactions, spent),
  walBytes: perSecond(spent.walBytes, spent),
  cpu: 60 * perSecond(spent.cpu, spent),
  wakeups: perSecond(spent.wakeups, spent),
});

function differenceOf(before: Spent, after: Spent): Spent {
  return {
    at: after.at - before.at,
    transactions: after.transactions - before.transactions,
    walBytes: after.walBytes - before.walBytes,
    cpu: after.cpu - before.cpu,
    wakeups: after.wakeups - before.wakeups,
    requests: after.requests - before.requests,
  };
}

/**
 * Copies of the issues, and marks of them as read, as if Pylon had as many. The marks are without their ` ?`, with which
 * a listing is due once more: each copy would be read, and be gone.
 */
async function makeMany(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ column: string }>(
    `SELECT quote_ident(column_name) AS column FROM information_schema.columns
      WHERE table_schema = 'pylon' AND table_name = 'issues' AND column_name <> 'id' AND is_generated = 'NEVER'`,
  );
  const columns = rows.map(({ column }) => column).join(', ');
  const copies = Math.ceil(MANY / READ) - 1;
  await pool.query(`
    BEGIN;
    SET LOCAL pylon_sync.daemon = 'on';
    INSERT INTO pylon.issues (id, ${columns})
    SELECT gen_random_uuid()::text, ${columns} FROM pylon.issues CROSS JOIN generate_series(1, ${copies});
    INSERT INTO pylon_sync.reads (resource, record_id, mark, outcome)
    SELECT done.resource, copy.id, replace(done.mark, ' ?', ''), done.outcome
      FROM pylon_sync.reads AS done JOIN pylon.issues AS read ON read.id = done.record_id
      JOIN pylon.issues AS copy ON copy.number = read.number
        ON CONFLICT DO NOTHING;
    COMMIT`);
  await pool.query('VACUUM ANALYZE');
}
