import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type StartPlan, startDaemon } from './started.ts';

export interface DaemonPlan extends Pick<StartPlan, 'folder' | 'sandbox' | 'database'> {
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
  const daemon = startDaemon({
    ...plan,
    env: {
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
  try {
    await daemon.logged(/"pass":"backfill"/);
    return await Promise.race([work(), daemon.failed]);
  } finally {
    await daemon.end();
  }
}
