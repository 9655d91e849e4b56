import { expect, test } from 'vitest';
import { TEMPO } from '../../src/cli/process/tempo.ts';
import { NOW } from '../helpers/backfill-workspace.ts';
import { differences } from '../helpers/compare-mirror.ts';
import { CRASH_TIMEOUT, KILLS, kill, openCrashTest } from '../helpers/crash.ts';
import { MORE_THAN_A_PAGE } from '../helpers/sandbox.ts';

/** Requests after which a kill comes at most. */
const MOST_REQUESTS = 60;

test(
  'a backfill killed at random moments and run again equals Pylon, nothing twice',
  CRASH_TIMEOUT,
  async () => {
    const crash = await openCrashTest((seed) => ({
      sandbox: { issues: 60, mostMessages: MORE_THAN_A_PAGE, latencyMs: 2, seed, now: () => NOW },
      limits: { interval_ms: 50 },
      // No edit waits for what was sent: a request may take as long as is promised, however busy the machine.
      tempo: { requestMs: TEMPO.requestMs },
      env: { PYLON_RATE_SHARE: '1', LOG_LEVEL: 'warn' },
    }));
    const { told, sandbox, database } = crash;
    let finishedEarly = 0;
    for (let kills = 0; kills < KILLS; kills += 1) {
      const backfill = crash.begin(['backfill']);
      await crash.moment([backfill], { most: MOST_REQUESTS });
      const { status, stderr } = await kill(backfill);
      if (status === null) continue;
      expect({ status, stderr }, told).toEqual({ status: 0, stderr: '' });
      finishedEarly += 1;
    }
    const { status, stderr } = await crash.begin(['backfill']).ended;
    expect({ status, stderr }, told).toEqual({ status: 0, stderr: '' });
    crash.expectQuiet();
    // The kills must have met work in progress.
    expect(finishedEarly, told).toBeLessThan(KILLS);
    expect(await differences(database.pool, sandbox), told).toEqual([]);
    const { rows } = await database.pool.query("SELECT FROM pylon_sync.runs WHERE outcome = 'running'");
    expect(rows, told).toEqual([]);
  },
);
