import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { COMMAND } from '../helpers/command.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import { test } from '../helpers/backfill-workspace.ts';

const [node, ...args] = COMMAND;
const KILLS = 20;

/** A generator of numbers from 0 to 1, printed with its seed when the test fails. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test('a backfill killed at twenty random moments and run again equals Pylon, nothing twice', {
  timeout: 600_000,
}, async ({ database, open }) => {
  const { sandbox } = await open({ issues: 120, latencyMs: 2 });
  const folder = await mkdtemp(join(tmpdir(), 'pylon-sync-crash-'));
  const limits = join(folder, 'limits.json');
  await writeFile(limits, JSON.stringify({ interval_ms: 50, limits: {} }));
  const backfill = () =>
    spawn(node, [...args, 'backfill'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env.PATH,
        PYLON_API_TOKEN: sandbox.token,
        PYLON_API_URL: sandbox.url,
        DATABASE_URL: database.url,
        PYLON_RATE_LIMITS: limits,
        PYLON_RATE_SHARE: '1',
        LOG_LEVEL: 'warn',
      },
    });
  const seed = Date.now() % 1_000_000;
  const random = seeded(seed);
  let finishedEarly = 0;
  try {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = sandbox.requests.length;
      const process = backfill();
      const ended = once(process, 'exit');
      // Some time after the so manyth request of this run: anywhere between two commits.
      const after = 1 + Math.floor(random() * 60);
      while (sandbox.requests.length < before + after && process.exitCode === null) await sleep(1);
      await sleep(random() * 10);
      process.kill('SIGKILL');
      const [code] = await ended;
      if (code !== null) finishedEarly += 1;
    }
    const last = backfill();
    const errors: string[] = [];
    last.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
    const [code] = await once(last, 'exit');
    expect({ code, errors: errors.join('') }, `seed ${seed}`).toEqual({ code: 0, errors: '' });
    // The kills must have met work in progress.
    expect(finishedEarly, `seed ${seed}`).toBeLessThan(KILLS);
    await expectMirror(database.pool, sandbox);
    const { rows } = await database.pool.query(
      "SELECT DISTINCT outcome FROM pylon_sync.runs WHERE outcome = 'running'",
    );
    expect(rows).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
