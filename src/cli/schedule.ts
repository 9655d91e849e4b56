import { once } from 'node:events';
import { createTask } from 'node-cron';
import PQueue from 'p-queue';
import type { Logger } from 'pino';

/** Work that comes round by the clock. */
export interface PlannedPass {
  readonly name: string;
  /** Cron expression, five or six fields. */
  readonly cron: string;
  run(): Promise<void>;
}

/**
 * Runs each pass at its times until the signal, one pass at a time: a tick that finds its own pass waiting or
 * running is left out. A pass that throws is logged and comes round again. Resolves when the last one ended.
 */
export async function runSchedule(
  passes: readonly PlannedPass[],
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const queue = new PQueue({ concurrency: 1 });
  const tasks = passes.map((pass) =>
    createTask(pass.cron, tick(pass, queue, log, signal), { suppressMissedWarning: true }),
  );
  for (const task of tasks) await task.start();
  if (!signal.aborted) await once(signal, 'abort');
  for (const task of tasks) await task.destroy();
  queue.clear();
  await queue.onIdle();
}

function tick({ name, run }: PlannedPass, queue: PQueue, log: Logger, signal: AbortSignal): () => void {
  let busy = false;
  let skipped = 0;
  return () => {
    if (signal.aborted) return;
    if (busy) {
      if (skipped === 0)
        log.warn({ pass: name }, 'pass outlasts its schedule: ticks are left out until it ends');
      skipped += 1;
      return;
    }
    busy = true;
    void queue.add(async () => {
      try {
        await run();
      } catch (error) {
        if (!signal.aborted)
          log.error({ pass: name, error }, 'pass failed: it is tried again at its next time');
      } finally {
        busy = false;
        skipped = 0;
      }
    });
  };
}
