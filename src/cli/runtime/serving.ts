import { awayOr, DatabaseAwayError } from '../../db/connection/away.ts';
import type { Database } from '../../db/connection/connect.ts';
import { type Holder, LeaseHeldError } from '../../db/lease/lease.ts';
import { type LeaseWatch, watchLease } from '../../db/lease/lease-watch.ts';
import { LeaseLostError, PermanentError, reasonOf, UsageError } from '../../errors.ts';
import type { Attempt } from '../../pylon/observe.ts';
import { sleep } from '../../sleep.ts';
import { type DaemonOptions, serve } from '../../sync/daemon/daemon.ts';
import type { OnRead } from '../../sync/daemon/first-reading.ts';
import type { Activity, Role } from '../../sync/pass/activity.ts';
import type { OnProgress } from '../../sync/pass/progress.ts';
import { logSteps } from '../render/steps.ts';
import { type Backoff, newBackoff } from './backoff.ts';
import { withContext } from './context.ts';
import { type Alerts, newAlerts } from './outgoing/alerts.ts';
import { newPing } from './outgoing/ping.ts';
import { pushOptionsOf } from './push-options.ts';
import type { Port } from './serve-port.ts';
import type { Setup } from './setup.ts';
import { type TokenRecord, TokenRefusedError, untilAccepted } from './token.ts';

/** After so many milliseconds of work, the next failure counts as the first again. */
export const SETTLED_MS = 60_000;
/** A standby looks no sooner again, be it that the lease has lapsed and others' transactions do not end. */
const SOONEST_MS = 100;

/** The command that a daemon writes into the lease. */
export const DAEMON = 'pylon-sync start';

/** Where a daemon reports its state. */
export interface Daemon {
  readonly activity: Activity;
  readonly port: Port;
  readonly onRead: OnRead;
}

/** The same, with the present address of its database. */
type Serving = Daemon & { readonly url: string };

/** The daemon's state across restarts of its work, whatever ended it. */
export interface RestartState {
  readonly watch: LeaseWatch;
  readonly token: TokenRecord;
  readonly broken: Backoff;
  readonly refused: Backoff;
  /** Undefined where nobody is to be told of what needs a person. */
  readonly alerts: Alerts | undefined;
  /** The holder for whom standing by has been logged, so that it is logged once. */
  standingBy: string | undefined;
}

export function newRestartState(setup: Setup): RestartState {
  const { log, tempo, signal } = setup;
  const watch = watchLease(tempo.expiryMs);
  return {
    watch,
    alerts: newAlerts(setup, { command: DAEMON, watch }),
    token: { worked: false },
    broken: newBackoff({ log, what: 'interrupted: trying again', signal, firstMs: tempo.retryMs }),
    // Only a person can repair it, and should not wait long after that.
    refused: newBackoff({
      ...{ log, what: 'Pylon refuses the token: trying until it works again', signal },
      ...{ firstMs: tempo.refusedMs, mostMs: 60_000, least: 'error' as const },
    }),
    standingBy: undefined,
  };
}

/**
 * Runs the daemon's work whenever it can acquire the lease. It retries what may pass (another process holds the
 * lease, the lease is lost, Pylon does not answer, Pylon refuses a token that worked) and throws what only a person
 * can repair.
 *
 * @throws DatabaseAwayError, which `runDaemon` retries; UsageError; PermanentError; the stop signal's reason.
 */
export async function serveForever(
  setup: Setup,
  db: Database,
  memory: RestartState,
  daemon: Serving,
): Promise<never> {
  const { signal } = setup;
  for (;;) {
    signal.throwIfAborted();
    let worksSince = Number.POSITIVE_INFINITY;
    const onStep = () => {
      worksSince = Math.min(worksSince, performance.now());
    };
    try {
      await serveOnce(setup, db, memory, onStep, daemon);
    } catch (cause) {
      signal.throwIfAborted();
      const error = awayOr(cause);
      if (performance.now() - worksSince > SETTLED_MS) memory.broken.recovered();
      await waitOut(setup, db, daemon.activity, memory, error);
    }
  }
}

/** Acquires the lease and works under it until that fails; calls `onStep` at each step of progress. */
async function serveOnce(
  setup: Setup,
  db: Database,
  memory: RestartState,
  onStep: () => void,
  { activity, port, onRead, url }: Serving,
): Promise<void> {
  const { log } = setup;
  const { watch, token } = memory;
  const logStep = logSteps(log, { eachStep: false, failures: false });
  const onProgress: OnProgress = (progress, step) => {
    onStep();
    activity.trouble = undefined;
    logStep(progress, step);
  };
  const observe = (attempt: Attempt) => port.observe(attempt);
  const task = { command: DAEMON, watch, token, onProgress, observe };
  await withContext(setup, db, task, async (ctx) => {
    // The last failure stays visible until the first step of progress.
    setRole(activity, 'active', undefined, activity.trouble);
    log.info({ lease: Number(ctx.lease.token) }, 'active: working on this database');
    memory.standingBy = undefined;
    port.works(ctx);
    try {
      return await serve(ctx, {
        ...optionsOf(setup, url),
        alerter: memory.alerts,
        activity,
        onRead: async (results) => {
          memory.broken.recovered();
          memory.refused.recovered();
          await onRead(results);
        },
      });
    } finally {
      port.works(undefined);
    }
  });
}

/** The configuration's options for the daemon. */
function optionsOf(setup: Setup, url: string): Omit<DaemonOptions, 'activity' | 'onRead'> {
  const { config } = setup;
  const { resources, since, windowDays, overlapSeconds, auditShare } = config;
  const { schedule, listSchedule, reconcileSchedule, alertLag } = config;
  return {
    ...{ resources, since, windowDays, overlapSeconds, auditShare },
    ...{ schedule, listSchedule, reconcileSchedule, alertLag },
    edits: pushOptionsOf(setup),
    notices: { listenUrl: config.listenUrl?.reveal() ?? url },
    retentionDays: config.retentionDays,
    onPulled: newPing(setup),
  };
}

/** Waits until a retry makes sense; rethrows an error that no retry can cure. */
async function waitOut(
  setup: Setup,
  db: Database,
  activity: Activity,
  memory: RestartState,
  error: unknown,
): Promise<void> {
  const { log, signal, tempo } = setup;
  const { alerts } = memory;
  const look = async () => alerts?.lookBetween(db);
  if (error instanceof LeaseHeldError || error instanceof LeaseLostError) alerts?.rest();
  if (error instanceof LeaseHeldError) {
    setRole(activity, 'standby', error.holder);
    const name = nameOf(error.holder);
    if (memory.standingBy !== name)
      log.info({ holder: error.holder }, 'standing by: another process works on this database');
    memory.standingBy = name;
    memory.broken.recovered();
    await sleep(Math.min(tempo.standbyMs, Math.max(SOONEST_MS, memory.watch.lapsesInMs())), signal);
  } else if (error instanceof LeaseLostError) {
    setRole(activity, 'standby');
    log.warn({ error }, 'lease lost: standing by');
    await sleep(tempo.standbyMs, signal);
  } else if (error instanceof TokenRefusedError && memory.token.worked) {
    // It waits without the lease: another process may have been given a new token.
    setRole(activity, 'starting', undefined, reasonOf(error));
    await untilAccepted(setup, error, memory.refused, look);
    log.info('Pylon takes the token again');
  } else if (mayPass(error, memory)) {
    setRole(activity, 'starting', undefined, reasonOf(error));
    await look();
    await memory.broken.wait(error);
  } else {
    if (error instanceof TokenRefusedError) await alerts?.lastWord(db);
    throw error;
  }
}

/**
 * Whether a retry may help. A refusal of what has worked before, or an answer that makes no sense, is treated as an
 * outage: it may be a maintenance page.
 */
function mayPass(error: unknown, { token }: RestartState): boolean {
  if (error instanceof PermanentError) return token.worked;
  return !(error instanceof DatabaseAwayError || error instanceof UsageError);
}

/** Sets what the port says of this process. Once it says `stopping`, nothing changes it. */
export function setRole(
  activity: Activity,
  role: Role,
  holder: Holder | undefined = undefined,
  trouble: string | undefined = undefined,
): void {
  if (activity.role !== 'stopping') Object.assign(activity, { role, holder, trouble });
}

const nameOf = ({ host, space, pid }: Holder) => `${pid} ${space} ${host}`;
