import type { Logger } from 'pino';
import { localZone } from '../../cron.ts';
import { link } from '../../pylon/signal.ts';
import { sleepUnlessAborted } from '../../sleep.ts';
import { type Clocks, newTimetable } from './timetable.ts';

/** A pass that is started by a cron expression. */
export interface PlannedPass {
  readonly name: string;
  /** Cron expression, five or six fields. */
  readonly cron: string;
  /** Whether it also runs at once; default true. */
  readonly atStart?: boolean;
  /** Names of the resources it reads; default: its own name. */
  readonly parts?: readonly string[];
  run(tick: Tick): Promise<void>;
}

/** One start of a pass. */
export interface Tick {
  /** The parts of the pass that no earlier tick is still working on. */
  readonly parts: readonly string[];
  /** Whether the pass runs because the schedule has just started, not because it is due. */
  readonly isFirst: boolean;
  /** Marks a part as ended: the next tick may start it, whatever the other parts are doing. */
  readonly ended: (part: string) => void;
}

export interface ScheduleOptions {
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Receives what a pass throws. If it throws itself, the schedule ends. */
  readonly onError: (pass: string, error: unknown) => void;
  /** The wall clock, by which cron goes, and a monotonic one. */
  readonly clocks?: () => Clocks;
  /** Waits; ends early with the signal. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** The time zone of the cron expressions; default: that of the process. */
  readonly zone?: string;
}

/** The longest time between looks at the wall clock, in milliseconds: it may be set. */
const LOOK_MS = 1_000;

const realClocks = (): Clocks => ({ wall: Date.now(), steady: performance.now() });

/**
 * Runs each pass when it is due, and by default once at the start, until the signal. Passes run concurrently, and so
 * do the parts of one: a tick skips exactly those parts that an earlier tick is still working on. Resolves when the
 * last pass has ended.
 *
 * @throws what `onError` threw.
 */
export async function runSchedule(passes: readonly PlannedPass[], options: ScheduleOptions): Promise<void> {
  const { log, signal, clocks = realClocks, wait = sleepUnlessAborted, zone = localZone() } = options;
  const stop = link(signal);
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  const begin = (pass: PlannedPass, tick: Tick): Promise<void> => {
    const work = pass
      .run(tick)
      .catch((error: unknown) => {
        if (!signal.aborted) options.onError(pass.name, error);
      })
      .catch((error: unknown) => {
        failure ??= { error };
        stop.abort(error);
      });
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  const tickers = passes.map((pass) => newTicker(pass, begin, log));

  const timetable = newTimetable(
    passes.map(({ cron }) => cron),
    zone,
    clocks(),
  );
  for (const [place, { atStart = true }] of passes.entries()) if (atStart) tickers[place]?.(true);
  while (!stop.signal.aborted) {
    const now = clocks();
    const { due, stepMs } = timetable.look(now);
    if (stepMs !== 0)
      log.warn({ stepSeconds: Math.round(stepMs / 1_000) }, 'the clock was set: schedules begin anew');
    for (const place of due) tickers[place]?.(false);
    await wait(Math.min(LOOK_MS, Math.max(1, timetable.untilNext(now.wall))), stop.signal);
  }
  await Promise.all(running);
  stop.unlink();
  if (failure !== undefined) throw failure.error;
}

/** Starts a pass with its free parts. */
function newTicker(
  { name, parts = [name], ...pass }: PlannedPass,
  begin: (pass: PlannedPass, tick: Tick) => Promise<void>,
  log: Logger,
): (isFirst: boolean) => void {
  /** By part, the tick that works on it. */
  const busy = new Map<string, object>();
  const warned = new Set<string>();
  return (isFirst) => {
    const free = parts.filter((part) => !busy.has(part));
    for (const part of parts) {
      if (!busy.has(part) || warned.has(part)) continue;
      warned.add(part);
      const resource = part === name ? {} : { resource: part };
      log.warn({ pass: name, ...resource }, 'pass outlasts its schedule: ticks are left out until it ends');
    }
    if (free.length === 0) return;
    const own = {};
    for (const part of free) busy.set(part, own);
    const ended = (part: string) => {
      if (busy.get(part) !== own) return;
      busy.delete(part);
      warned.delete(part);
    };
    void begin({ name, ...pass }, { parts: free, isFirst, ended }).finally(() => free.forEach(ended));
  };
}
