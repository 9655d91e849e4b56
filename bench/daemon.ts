import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { besideDaemon } from './daemon-process.ts';
import type { BenchServer } from './postgres.ts';
import { type Remote, remoteOf } from './remote.ts';
import { startSandboxProcess } from './sandbox.ts';
import { median, part } from './share.ts';

/** What the daemon costs once everything was read, and how late it is. */
export interface DaemonFigures {
  readonly issues: number;
  /** Of minutes in which nothing changed. */
  readonly idle: {
    readonly minutes: number;
    /** Requests a minute that ask for changes, and those of resweeps and audit. */
    readonly changes: number;
    readonly background: number;
    /** That asking takes, the median. */
    readonly seconds: number;
  };
  /** Of one in which issues were edited and got a message each. */
  readonly busy: {
    readonly changed: number;
    readonly requests: number;
    readonly fewest: number;
    /** From the last of the changes until all is here, with what hangs on it. */
    readonly seconds: number;
  };
  /** From a change to its row, where changes are asked for each second. */
  readonly latency: { readonly changes: number; readonly median: number; readonly p99: number };
  readonly own429s: number;
}

/**
 * Long enough that few changes fall within the second of a pull, as in a real minute: what hangs on these is read
 * twice, since Pylon's times have whole seconds.
 */
const MINUTE_MS = 10_000;
const EACH_MINUTE = '*/10 * * * * *';
const EACH_SECOND = '* * * * * *';
const IDLE_MINUTES = 10;
const CHANGED = 100;
const TIMED = 30;

/** Types of custom objects that are followed; each is asked for by itself. */
const TYPES = ['license', 'device'];
/** What can be asked for what changed, one request each: issues, tasks, projects, audit logs and these types. */
const FILTERABLE = 4 + TYPES.length;
/** Runs of a pull: types have one together. */
const RUNS = 5;
/** Listings of an issue that a change of it and a message make due: messages, followers, threads. */
const LISTINGS = 3;

interface Bench {
  readonly remote: Remote;
  readonly pool: pg.Pool;
}

/** Measures the built daemon on a workspace that it has read whole, within Pylon's limits. */
export async function measureDaemon(server: BenchServer, issues: number): Promise<DaemonFigures> {
  const sandbox = await startSandboxProcess({ kind: 'limited', issues, minuteMs: MINUTE_MS });
  const database = await server.createDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  const bench = { remote: remoteOf(sandbox), pool };
  const plan = { sandbox, database: database.url, folder: server.folder, minuteMs: MINUTE_MS, types: TYPES };
  try {
    const minutes = await besideDaemon({ ...plan, schedule: EACH_MINUTE }, async () => {
      const idle = await measureIdle(bench);
      return { idle, busy: await measureBusy(bench) };
    });
    const latency = await besideDaemon({ ...plan, schedule: EACH_SECOND }, () => measureLatency(bench));
    return { issues, ...minutes, latency, own429s: (await bench.remote.requests()).own429s };
  } finally {
    await pool.end();
    await database.drop();
    await sandbox.stop();
  }
}

/** Runs that pulls made since an instant of Postgres's clock. */
async function runsSince({ pool }: Bench, since: string) {
  const { rows } = await pool.query<{ resource: string; requests: number; began: number; ended: number }>(
    `SELECT resource, requests, extract(epoch FROM started_at)::float8 AS began, extract(epoch FROM finished_at)::float8 AS ended
       FROM pylon_sync.runs
      WHERE kind = 'changes' AND started_at >= $1::timestamptz AND finished_at IS NOT NULL ORDER BY id`,
    [since],
  );
  return rows;
}

const clock = async ({ pool }: Bench): Promise<string> =>
  (await pool.query<{ now: string }>('SELECT now()::text AS now')).rows[0]?.now ?? '';

/** Waits until a pull has ended: the next one is most of a minute away. */
async function nextPull(bench: Bench): Promise<void> {
  const since = await clock(bench);
  while ((await runsSince(bench, since)).length < RUNS) await sleep(10);
}

async function measureIdle(bench: Bench): Promise<DaemonFigures['idle']> {
  // The first pulls bring what changed while everything was read.
  for (let pull = 0; pull < 3; pull += 1) await nextPull(bench);
  const since = await clock(bench);
  const before = await bench.remote.requests();
  await sleep(IDLE_MINUTES * MINUTE_MS);
  const after = await bench.remote.requests();
  const runs = await runsSince(bench, since);
  const changes = runs.reduce((sum, { requests }) => sum + requests, 0);
  return {
    minutes: IDLE_MINUTES,
    changes: changes / IDLE_MINUTES,
    background: Math.max(0, after.all - before.all - changes) / IDLE_MINUTES,
    seconds: median(secondsOfPulls(runs)),
  };
}

/** How long each pull took: its resources are asked side by side. */
function secondsOfPulls(
  runs: readonly { readonly began: number; readonly ended: number }[],
): readonly number[] {
  const pulls = new Map<number, { began: number; ended: number }>();
  for (const { began, ended } of runs) {
    const tick = Math.floor((began * 1_000) / MINUTE_MS);
    const pull = pulls.get(tick) ?? { began, ended };
    pulls.set(tick, { began: Math.min(pull.began, began), ended: Math.max(pull.ended, ended) });
  }
  return [...pulls.values()].map(({ began, ended }) => ended - began);
}

async function measureBusy(bench: Bench): Promise<DaemonFigures['busy']> {
  const { remote, pool } = bench;
  const issues = (await remote.issues()).slice(0, CHANGED);
  await nextPull(bench);
  const since = await clock(bench);
  for (const id of issues) {
    await remote.addMessage(id);
    await remote.retitle(id, 'Busy');
  }
  const changedAt = performance.now();
  const isHere = async () => {
    const { rows } = await pool.query<{ here: boolean }>(
      `SELECT (SELECT count(*) FROM pylon.issues WHERE title = 'Busy') = $1
          AND (SELECT count(*) FROM pylon_sync.reads
                WHERE resource IN ('issue_messages', 'issue_followers', 'issue_threads') AND record_id = ANY($2)
                  AND read_at >= $3::timestamptz) = $1 * $4 AS here`,
      [issues.length, issues, since, LISTINGS],
    );
    return rows[0]?.here === true;
  };
  while (!(await isHere())) await sleep(10);
  const seconds = (performance.now() - changedAt) / 1_000;
  await nextPull(bench);
  const children = (await runsSince(bench, since)).filter(({ resource }) => resource.startsWith('issue_'));
  return {
    changed: issues.length,
    requests: FILTERABLE + children.reduce((sum, { requests }) => sum + requests, 0),
    fewest: FILTERABLE + issues.length * LISTINGS,
    seconds,
  };
}

async function measureLatency({ remote, pool }: Bench): Promise<DaemonFigures['latency']> {
  const issues = await remote.issues();
  const seconds: number[] = [];
  for (let change = 0; change < TIMED; change += 1) {
    const id = issues[change % issues.length] ?? '';
    // At any moment between two pulls.
    await sleep(Math.random() * 1_000);
    const changedAt = performance.now();
    await remote.retitle(id, `Timed ${change}`);
    while (
      (await pool.query('SELECT FROM pylon.issues WHERE id = $1 AND title = $2', [id, `Timed ${change}`]))
        .rowCount === 0
    )
      await sleep(2);
    seconds.push((performance.now() - changedAt) / 1_000);
  }
  return { changes: TIMED, median: median(seconds), p99: part(seconds, 0.99) };
}
