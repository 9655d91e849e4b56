import { randomUUID } from 'node:crypto';
import type { Database } from '../../../db/connection/connect.ts';
import { acquireLease, LeaseHeldError } from '../../../db/lease/lease.ts';
import type { LeaseWatch } from '../../../db/lease/lease-watch.ts';
import { reasonOf } from '../../../errors.ts';
import { duration } from '../../../format.ts';
import { sleepUnlessAborted } from '../../../sleep.ts';
import { type Alerter, newAlerter, type WithLease } from '../../../sync/alerts/alerter.ts';
import { type Line, titleOf } from '../../../sync/alerts/message.ts';
import { againMs } from '../../../sync/alerts/timing.ts';
import { type Bell, newBell } from '../../../sync/lib/bell.ts';
import type { Setup } from '../setup.ts';
import { newCourier } from './courier.ts';
import { newSend } from './receiver.ts';

/** The alerts of a process, whatever it is doing. */
export interface Alerts extends Alerter {
  /** Rings when a message was taken, which is to be saved. */
  readonly bell: Bell;
  /**
   * Looks while this process waits without the lease, and takes the lease for as long as it has something to save.
   * Does nothing where another process has it. Rejects never.
   */
  lookBetween(db: Database): Promise<void>;
  /** The same before the process gives up: waits a moment for the receiver. */
  lastWord(db: Database): Promise<void>;
  /** Another process works on the database, and tells. */
  rest(): void;
  /** The database cannot be used. Tells so from memory, once it has lasted. */
  databaseAway(): void;
  /** It can be used again. */
  databaseBack(): void;
}

/** Milliseconds for which the database may be away before somebody is told. */
const AWAY_MS = 120_000;
/** Milliseconds that a process which gives up waits for its last message. */
const LAST_MS = 3_000;

/** What was away, in the message about both ends. */
const AWAY = 'the database cannot be used, so nothing is read and no edit is sent';

export interface AlertsOptions {
  /** The command that takes the lease, and what this process knows of the lease. */
  readonly command: string;
  readonly watch: LeaseWatch;
  /** A monotonic clock, in milliseconds. */
  readonly now?: () => number;
}

/** The alerts as configured; undefined where nobody is to be told. */
export function newAlerts(setup: Setup, options: AlertsOptions): Alerts | undefined {
  const { config, log, signal, tempo, conceal } = setup;
  const { command, watch, now = () => performance.now() } = options;
  if (config.alerts === undefined) return undefined;
  const bell = newBell();
  const send = newSend(setup, config.alerts);
  const courier = newCourier({ setup, send, onTaken: bell.ring });
  /** Carries what the database cannot keep. */
  const own = newCourier({ setup, send });
  const alerter = newAlerter(config.resources, courier);
  let title = titleOf(undefined);
  let awaySince: number | undefined;
  let isTold = false;
  let times = 0;
  let toldAt = 0;

  const look: Alerter['look'] = async (db, withLease) => {
    const status = await alerter.look(db, withLease);
    title = titleOf(status.workspace?.name);
    return status;
  };
  const borrowing =
    (db: Database): WithLease =>
    async (work) => {
      const { heartbeatMs, expiryMs } = tempo;
      const lease = await acquireLease(db, { command, signal, heartbeatMs, expiryMs, watch }).catch(
        (error: unknown) => {
          if (error instanceof LeaseHeldError) return undefined;
          throw error;
        },
      );
      if (lease === undefined) return undefined;
      try {
        return await work(lease);
      } finally {
        await lease.release();
      }
    };
  const lookBetween = async (db: Database) => {
    await look(db, borrowing(db)).catch((error: unknown) => {
      if (!signal.aborted) log.debug({ reason: conceal(reasonOf(error)) }, 'what is wrong is not looked at');
    });
  };
  const tell = (line: Line) =>
    own.carry({ id: `msg_${randomUUID().replaceAll('-', '')}`, title, lines: [line] });
  return {
    bell,
    look,
    lookBetween,
    async lastWord(db) {
      await lookBetween(db);
      await Promise.race([courier.idle(), sleepUnlessAborted(LAST_MS, signal)]);
      await lookBetween(db);
    },
    rest: courier.rest,
    databaseAway() {
      awaySince ??= now();
      const lasted = now() - awaySince;
      const isRested = times === 0 || now() - toldAt >= againMs(times);
      if (isTold || lasted < AWAY_MS || !isRested) return;
      isTold = true;
      times += 1;
      toldAt = now();
      tell({ text: `for ${duration(lasted / 1_000)} ${AWAY}`, command: 'pylon-sync check' });
    },
    databaseBack() {
      if (isTold && awaySince !== undefined)
        tell({ text: `Over after ${duration((now() - awaySince) / 1_000)}: ${AWAY}` });
      isTold = false;
      awaySince = undefined;
    },
  };
}
