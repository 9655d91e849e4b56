import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { localZone } from '../../cron.ts';
import { link } from '../../pylon/wire/signal.ts';
import { type Clocks, newTimetable } from './timetable.ts';

/** Work that comes round by the clock. */
export interface PlannedPass {
  readonly name: string;
  /** Cron expression, five or six fields. */
  readonly cron: string;
  /** Whether it also runs at once; default true. */
  readonly atStart?: boolean;
  /** Names of the resources that it reads; default: its own name alone. */
  readonly parts?: readonly string[];
  run(tick: Tick): Promise<void>;
}

/** One time at which a pass begins. */
export interface Tick {
  /** Those parts of the pass that an earlier tick is not busy with. */
  readonly parts: readonly string[];
  /** Whether the pass runs because the schedule began, and not because it is time. */
  readonly isFirst: boolean;
  /** Says that a part has ended: the next tick takes it up, whatever the other parts are doing. */
  readonly ended: (part: string) => void;
}

export interface ScheduleOptions {
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Receives what a pass throws; what this throws in turn ends the schedule. */
  readonly onError: (pass: string, error: unknown) => void;
  /** The wall clock, which cron goes by, and one that nobody sets. */
  readonly clocks?: () => Clocks;
  /** Waits, until the signal at most. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** The zone whose local time cron expressions name; default: that of the process. */
  readonly zone?: string;
}

/** The longest time between looks at the clock, in milliseconds: somebody may set it. */
const LOOK_MS = 1_000;

const realClocks = (): Clocks => ({ wall: Date.now(), steady: performance.now() });
const realWait = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => {});

/**
 * Runs each pass at its times, and as a rule once at the beginning, until the signal. Passes of different names run side
 * by side, and so do the parts of one: a tick leaves out the parts that an earlier one is still busy with, and no
 * others. Resolves when the last pass has ended.
 *
 * @throws what `onError` threw.
 */
export async function runSchedule(passes: readonly PlannedPass[], options: ScheduleOptions): Promise<void> {
  const { log, signal, clocks = realClocks, wait = realWait, zone = localZone() } = options;
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

/** Begins a pass with those of its parts that are free. */
function newTicker(
  { name, parts = [name], ...pass }: PlannedPass,
  begin: (pass: PlannedPass, tick: Tick) => Promise<void>,
  log: Logger,
): (isFirst: boolean) => void {
  /** By part, the tick that is busy with it. */
  const busy = new Map<string, object>();
  const told = new Set<string>();
  return (isFirst) => {
    const free = parts.filter((part) => !busy.has(part));
    for (const part of parts) {
      if (!busy.has(part) || told.has(part)) continue;
      told.add(part);
      const resource = part === name ? {} : { resource: part };
      log.warn({ pass: name, ...resource }, 'pass outlasts its schedule: ticks are left out until it ends');
    }
    if (free.length === 0) return;
    const own = {};
    for (const part of free) busy.set(part, own);
    const ended = (part: string) => {
      if (busy.get(part) !== own) return;
      busy.delete(part);
      told.delete(part);
    };
    void begin({ name, ...pass }, { parts: free, isFirst, ended }).finally(() => free.forEach(ended));
  };
}
