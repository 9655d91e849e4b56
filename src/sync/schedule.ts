import { once } from 'node:events';
import { createTask, type ScheduledTask } from 'node-cron';
import type { Logger } from 'pino';
import { link } from '../pylon/signal.ts';

/** Work that comes round by the clock. */
export interface PlannedPass {
  readonly name: string;
  /** Cron expression, five or six fields. */
  readonly cron: string;
  /** Whether it also runs at once; default true. */
  readonly atStart?: boolean;
  run(): Promise<void>;
}

export interface ScheduleOptions {
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Told of what a pass throws; what this throws in turn ends the schedule. */
  readonly onError: (pass: string, error: unknown) => void;
  /** The wall clock that cron goes by, epoch milliseconds. */
  readonly wall?: () => number;
}

/** How often the wall clock is compared with one that nobody sets, and by how much it may differ. */
const LOOK_MS = 1_000;
const STEP_MS = 2_000;

/**
 * Runs each pass at its times, and as a rule once at the beginning, until the signal. Passes of different names run side
 * by side; a tick that finds its own pass running is left out. Resolves when the last one has ended.
 *
 * @throws what `onError` threw.
 */
export async function runSchedule(passes: readonly PlannedPass[], options: ScheduleOptions): Promise<void> {
  const { signal } = options;
  const stop = link(signal);
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const ended = stop.signal;

  const begin = (run: () => Promise<void>, name: string): Promise<void> => {
    const work = run()
      .catch((error: unknown) => {
        if (!signal.aborted) options.onError(name, error);
      })
      .catch((error: unknown) => {
        failure ??= { error };
        stop.abort(error);
      });
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  const ticks = passes.map((pass) => tick(pass, begin, options, ended));
  const tasks = passes.map(({ cron }, index) => {
    const task = createTask(cron, () => ticks[index]?.(), { suppressMissedWarning: true });
    // The process slept, or its clock was set: what was missed is made up for, once.
    task.on('execution:missed', () => ticks[index]?.(true));
    return task;
  });
  for (const task of tasks) await task.start();
  const unwatch = watchClock(tasks, options);
  for (const [index, { atStart = true }] of passes.entries()) if (atStart) ticks[index]?.();
  if (!ended.aborted) await once(ended, 'abort');
  unwatch();
  for (const task of tasks) await task.destroy();
  await Promise.all(running);
  stop.unlink();
  if (failure !== undefined) throw failure.error;
}

type Tick = (missed?: boolean) => void;

function tick(
  { name, run }: PlannedPass,
  begin: (run: () => Promise<void>, name: string) => Promise<void>,
  { log }: ScheduleOptions,
  ended: AbortSignal,
): Tick {
  let busy = false;
  let told = false;
  return (missed = false) => {
    if (ended.aborted) return;
    if (busy) {
      if (!told && !missed)
        log.warn({ pass: name }, 'pass outlasts its schedule: ticks are left out until it ends');
      told ||= !missed;
      return;
    }
    busy = true;
    void begin(run, name).finally(() => {
      busy = false;
      told = false;
    });
  };
}

/**
 * node-cron waits for an instant of the wall clock, for an hour too long where that is set back by one: after a
 * step its tasks begin anew. Returns what ends the watch.
 */
function watchClock(tasks: readonly ScheduledTask[], { log, wall = Date.now }: ScheduleOptions): () => void {
  let offset = wall() - performance.now();
  const timer = setInterval(() => {
    const now = wall() - performance.now();
    const stepMs = now - offset;
    if (Math.abs(stepMs) < STEP_MS) return;
    offset = now;
    log.warn({ stepSeconds: Math.round(stepMs / 1_000) }, 'the clock was set: schedules begin anew');
    for (const task of tasks) {
      void task.stop();
      void task.start();
    }
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
