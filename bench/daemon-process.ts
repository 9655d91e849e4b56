import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAIN } from './command.ts';
import type { SandboxProcess } from './sandbox.ts';

export interface DaemonPlan {
  readonly sandbox: Pick<SandboxProcess, 'url' | 'token'>;
  readonly database: string;
  readonly folder: string;
  /** Milliseconds that a minute of the limits takes. */
  readonly minuteMs: number;
  /** Cron of incremental pulls; nothing else comes round. */
  readonly schedule: string;
  /** Types of custom objects to follow. */
  readonly types?: readonly string[];
}

const NEVER = '0 0 1 1 *';

/** Runs the built daemon beside some work, from when it has read everything once. */
export async function besideDaemon<T>(plan: DaemonPlan, work: () => Promise<T>): Promise<T> {
  const limits = join(plan.folder, 'daemon-limits.json');
  await writeFile(limits, JSON.stringify({ interval_ms: plan.minuteMs }));
  const child = spawn(process.execPath, [MAIN, 'start'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: plan.folder,
    env: {
      PATH: process.env.PATH,
      PYLON_API_URL: plan.sandbox.url,
      PYLON_API_TOKEN: plan.sandbox.token,
      DATABASE_URL: plan.database,
      PYLON_RATE_LIMITS: limits,
      PYLON_RATE_SHARE: '1',
      PYLON_SYNC_HTTP: 'off',
      PYLON_SYNC_CUSTOM_OBJECTS: plan.types?.join(','),
      PYLON_SYNC_OVERLAP: '5',
      PYLON_SYNC_SCHEDULE: plan.schedule,
      PYLON_SYNC_LIST_SCHEDULE: NEVER,
      PYLON_SYNC_RECONCILE_SCHEDULE: NEVER,
    },
  });
  const ended = once(child, 'exit');
  let said = '';
  const ready = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('"pass":"backfill"')) resolve();
    });
  });
  const failed = ended.then(([status]) => Promise.reject(new Error(`the daemon ended (${status}): ${said}`)));
  try {
    await Promise.race([ready, failed]);
    return await Promise.race([work(), failed]);
  } finally {
    child.kill('SIGTERM');
    await ended;
    await failed.catch(() => {});
  }
}
