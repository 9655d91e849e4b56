import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { type Launched, launch, logOf } from '../helpers/command.ts';
import { type Difference, differences } from '../helpers/compare-mirror.ts';
import { MORE_THAN_A_PAGE, startTrappedSandbox } from '../helpers/sandbox.ts';
import { poolTo } from '../helpers/server.ts';
import { newClock } from './clock.ts';
import { type Memory, watchMemory } from './memory.ts';
import { newMix } from './mix.ts';
import { newStorms } from './storms.ts';
import { type Endured, secondsOf } from './verdict.ts';

/** A minute of the limits while it lasts, and while the day that follows passes, at the usual pace; milliseconds. */
const MINUTE_MS = 1_000;
const FAST_MINUTE_MS = 20;
/** As many as the time lets change: of half a minute, a sixth. */
const issuesFor = (minutes: number) => (minutes < 2 ? 50 : 300);
const CHANGES_EVERY_MS = 250;

/** How long a mirror may take to be equal, once Pylon is at rest, and a daemon to end. */
const SETTLES_WITHIN_MS = 240_000;
const ENDS_WITHIN_MS = 10_000;

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  /** A migrated database. */
  readonly database: string;
  /** How many times as fast as usual the limits' clock runs, and all that happens with it; default 1. */
  readonly pace?: number;
  readonly tell?: (line: string) => void;
}

/**
 * The daemon under a random mix of remote changes and faults. Then Pylon rests: what something points to must be
 * here at once. The daemon is ended, and another one has a day of the limits' clock for the rest.
 */
export async function soak(options: SoakOptions): Promise<Endured> {
  const { minutes, seed, database, pace = 1, tell = () => {} } = options;
  const minuteMs = MINUTE_MS / pace;
  const fastMinuteMs = FAST_MINUTE_MS / pace;
  const clock = newClock();
  const sandbox = await startTrappedSandbox({
    ...{
      seed,
      issues: issuesFor(minutes),
      mostMessages: MORE_THAN_A_PAGE,
      minuteMs,
      monotonic: clock.now,
      limits: 'current',
    },
  });
  const pool = poolTo({ connectionString: database, max: 2 });
  const folder = await mkdtemp(join(tmpdir(), 'pylon-sync-soak-'));
  const launched: Launched[] = [];
  const begin = async (minuteMs: number) => {
    const daemon = await startDaemon(options, { sandbox, folder, minuteMs });
    launched.push(daemon);
    await Promise.race([daemon.until('"pass":"backfill"'), daemon.ended]);
    return daemon;
  };
  try {
    const daemon = await begin(minuteMs);
    tell('everything was read once');
    const memory = watchMemory(daemon.pid);
    const { mix, storms } = await happen(sandbox, { minutes, seed, pace, daemon, memory, tell });
    memory.stop();
    const excused = ({ resource, key }: Difference) => mix.silent.has(`${resource} ${key}`);
    const rest = await settle(pool, sandbox, excused);
    tell(`equal, but for what nothing points to: ${secondsOf(rest.after)}`);
    const stopped = performance.now();
    daemon.kill('SIGTERM');
    const ended = await Promise.race([daemon.ended, sleep(ENDS_WITHIN_MS * 2).then(() => undefined)]);
    const endedAfter = (performance.now() - stopped) / 1_000;

    clock.run(minuteMs / fastMinuteMs);
    await begin(fastMinuteMs);
    const day = await settle(pool, sandbox, () => false);
    tell(`equal: ${secondsOf(day.after)}`);
    const { requests, own429s } = await requestsOf(sandbox);
    const lines = launched.flatMap(logOf);
    return {
      ...{ counts: mix.counts, storms, requests, own429s, endedAfter },
      lines: countsBy(lines.map(({ level }) => String(level))),
      errors: lines.filter(({ level }) => level === 'error' || level === 'fatal'),
      memory: { atThird: memory.at(1 / 3), atEnd: memory.at(1), peak: memory.peak },
      settledAfter: rest.after,
      dayAfter: day.after,
      left: [...rest.left, ...day.left],
      status: ended?.status ?? null,
    };
  } finally {
    await Promise.all(launched.map((process) => process.stop()));
    await sandbox.close();
    await pool.end();
    await rm(folder, { recursive: true });
  }
}

async function startDaemon(
  { minutes, database }: SoakOptions,
  { sandbox, folder, minuteMs }: { sandbox: Sandbox; folder: string; minuteMs: number },
): Promise<Launched> {
  const limits = join(folder, `limits-${minuteMs}.json`);
  await writeFile(limits, JSON.stringify({ interval_ms: minuteMs }));
  const env = {
    PYLON_API_URL: sandbox.url,
    PYLON_API_TOKEN: sandbox.token,
    DATABASE_URL: database,
    PYLON_RATE_LIMITS: limits,
    PYLON_SYNC_HTTP: 'off',
    PYLON_SYNC_SCHEDULE: '* * * * * *',
    PYLON_SYNC_LIST_SCHEDULE: '*/5 * * * * *',
    PYLON_SYNC_RECONCILE_SCHEDULE: minutes < 2 ? '*/5 * * * * *' : '0 * * * * *',
    PYLON_SYNC_OVERLAP: '5',
    PYLON_SYNC_CUSTOM_OBJECTS: 'license,device',
  };
  return launch(['start'], env, folder);
}

interface Happening extends Required<Pick<SoakOptions, 'minutes' | 'seed' | 'pace'>> {
  readonly daemon: Launched;
  readonly memory: Memory;
  readonly tell: (line: string) => void;
}

/**
 * As many changes as the minutes have room for, and storms beside them, unless the daemon ends; at the end it is calm. A
 * busy machine takes longer, and sees no fewer of them.
 */
async function happen(sandbox: Sandbox, { minutes, seed, pace, daemon, memory, tell }: Happening) {
  const mix = newMix(sandbox.world, seed);
  const storms = newStorms(sandbox.faults, seed + 1);
  const pass = (ms: number) => sleep(ms / pace);
  const most = (minutes * 60_000) / CHANGES_EVERY_MS;
  let [over, ended] = [false, false];
  void daemon.ended.then(() => {
    ended = true;
  });
  const weather = async () => {
    while (!over && !ended) {
      await pass(storms.begin());
      await pass(storms.end());
    }
  };
  const changes = async () => {
    for (let tick = 1; tick <= most && !ended; tick += 1) {
      mix.step();
      if (tick % 300 === 0) tell(`${tick} changes, ${Math.round(memory.at(1) / 1e6)} MB`);
      await pass(CHANGES_EVERY_MS);
    }
    over = true;
  };
  await Promise.all([weather(), changes()]);
  sandbox.faults.clear();
  if (ended) throw new Error(`the daemon ended:\n${daemon.printed().slice(-5_000)}`);
  return { mix, storms: storms.count };
}

/** Waits for the mirror to be equal, but for what is excused; seconds it took, or what differs still. */
async function settle(pool: pg.Pool, sandbox: Sandbox, excused: (difference: Difference) => boolean) {
  const began = performance.now();
  // What differed last is looked at alone, until it is equal: a look at everything takes a while.
  let names: readonly string[] | undefined;
  for (;;) {
    const all = await differences(pool, sandbox, names, { ticking: true });
    const left = all.filter((difference) => !excused(difference));
    const seconds = (performance.now() - began) / 1_000;
    const isWhole = names === undefined;
    names = left.length === 0 ? undefined : [...new Set(left.map(({ resource }) => resource))];
    if (left.length === 0 && isWhole) return { after: Math.round(seconds * 10) / 10, left };
    if (seconds * 1_000 > SETTLES_WITHIN_MS) return { after: undefined, left };
    if (left.length > 0) await sleep(500);
  }
}

async function requestsOf(sandbox: Sandbox): Promise<{ requests: number; own429s: number }> {
  const response = await fetch(new URL('/__sandbox/requests', sandbox.url));
  const { endpoints, own429 } = (await response.json()) as {
    endpoints: Record<string, { requests: number }>;
    own429: number;
  };
  return { requests: Object.values(endpoints).reduce((sum, one) => sum + one.requests, 0), own429s: own429 };
}

function countsBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
