import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { documentedLimits } from '../src/pylon/limits/limits.ts';
import { runBackfill } from '../test/helpers/backfill.ts';
import { MAIN } from './command.ts';
import type { BenchServer } from './postgres.ts';
import { remoteOf } from './remote.ts';
import { startSandboxProcess } from './sandbox.ts';

/** What was spent per second, and of processor time per minute, in seconds. */
export interface IdleRates {
  readonly transactions: number;
  readonly walBytes: number;
  readonly cpu: number;
}

/** What a daemon that has read everything costs, beside a standby. */
export interface IdleFigures {
  /** Without resweeps and audit, by the number of issues. */
  readonly idle: readonly (IdleRates & { readonly issues: number })[];
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
/** For what the start left to do: what is due once, and notes of it. */
const SETTLING_MS = 75_000;
/** Part of the limits for resweeps and audit, where their requests are measured. */
const SHARE = '0.2';
/**
 * Milliseconds that Pylon's minute takes there: each row is read again once in a day of it, and in a real day the few
 * rows would take hours for the requests that tell one run from another.
 */
const AUDITED_MINUTE_MS = 500;
/** Minutes for which those runs last at least. */
const AUDITED_MINUTES = 2;
/** Ticks of the kernel's clock for processes, a second. */
const TICKS = 100;

interface Spent {
  readonly at: number;
  readonly transactions: number;
  readonly walBytes: number;
  readonly cpu: number;
  readonly requests: number;
}

/** Measures the built daemon, and another one that stands by, on a workspace that was read whole. */
export async function measureIdle(server: BenchServer, minutes: number): Promise<IdleFigures> {
  const sandbox = await startSandboxProcess({ kind: 'limited', issues: READ, minuteMs: 1 });
  const database = await server.createDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  const remote = remoteOf(sandbox);
  const limits = join(server.folder, 'audited-limits.json');
  await writeFile(limits, JSON.stringify({ interval_ms: AUDITED_MINUTE_MS }));
  const spent = async (processes: readonly ChildProcess[]): Promise<Spent> => {
    const { rows } = await pool.query<{ transactions: number; log: number }>(
      `SELECT xact_commit::float8 AS transactions, (pg_current_wal_insert_lsn() - '0/0')::float8 AS log
         FROM pg_stat_database WHERE datname = current_database()`,
    );
    const { all } = await remote.requests();
    const cpu = await Promise.all(processes.map(({ pid }) => processorSeconds(pid ?? 0)));
    return {
      at: performance.now(),
      transactions: rows[0]?.transactions ?? 0,
      walBytes: rows[0]?.log ?? 0,
      cpu: cpu.reduce((sum, one) => sum + one, 0),
      requests: all,
    };
  };
  const during = async (share: string, lasting = minutes, further: NodeJS.ProcessEnv = {}) => {
    const env = { PYLON_SYNC_AUDIT_SHARE: share, ...further };
    const processes = [0, 1].map(() => startDaemon(server.folder, sandbox, database.url, env));
    try {
      await sleep(SETTLING_MS);
      const before = await spent(processes);
      await sleep(lasting * MINUTE_MS);
      return differenceOf(before, await spent(processes));
    } finally {
      await Promise.all(processes.map(end));
    }
  };
  try {
    const client = { limits: documentedLimits('current', 1), share: 1, timeoutMs: 60_000 };
    await runBackfill(sandbox, database.url, { client });
    const few = await during('0');
    const brisk = { PYLON_RATE_LIMITS: limits };
    const lasting = Math.max(minutes, AUDITED_MINUTES);
    const base = await during('0', lasting, brisk);
    const busy = await during(SHARE, lasting, brisk);
    await makeMany(pool);
    const many = await during('0');
    const requests = busy.requests - base.requests;
    return {
      minutes,
      many: {
        transactions: ratesOf(many).transactions / ratesOf(few).transactions,
        walBytes: ratesOf(many).walBytes / ratesOf(few).walBytes,
      },
      idle: [
        { issues: READ, ...ratesOf(few) },
        { issues: MANY, ...ratesOf(many) },
      ],
      audited: {
        requests,
        transactions: (busy.transactions - base.transactions) / requests,
        walBytes: (busy.walBytes - base.walBytes) / requests,
        cpuMs: ((busy.cpu - base.cpu) * 1_000) / requests,
      },
    };
  } finally {
    await pool.end();
    await database.drop();
    await sandbox.stop();
  }
}

const perSecond = (amount: number, { at }: Spent) => (amount * 1_000) / at;

const ratesOf = (spent: Spent): IdleRates => ({
  transactions: perSecond(spent.transactions, spent),
  walBytes: perSecond(spent.walBytes, spent),
  cpu: 60 * perSecond(spent.cpu, spent),
});

function differenceOf(before: Spent, after: Spent): Spent {
  return {
    at: after.at - before.at,
    transactions: after.transactions - before.transactions,
    walBytes: after.walBytes - before.walBytes,
    cpu: after.cpu - before.cpu,
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

/** Processor time that a process has used, its own and the kernel's for it. */
async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** The built daemon, with the schedules that it has by default. */
function startDaemon(
  folder: string,
  { url, token }: { readonly url: string; readonly token: string },
  database: string,
  env: NodeJS.ProcessEnv,
): ChildProcess {
  return spawn(process.execPath, [MAIN, 'start'], {
    stdio: 'ignore',
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      PYLON_API_URL: url,
      PYLON_API_TOKEN: token,
      DATABASE_URL: database,
      PYLON_SYNC_HTTP: 'off',
      ...env,
    },
  });
}

async function end(process: ChildProcess): Promise<void> {
  const ended = once(process, 'exit');
  process.kill('SIGTERM');
  await ended;
}
