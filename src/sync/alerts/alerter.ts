import { randomUUID } from 'node:crypto';
import {
  type Alert,
  beginAlerts,
  composeMessage,
  endAlerts,
  type NewAlert,
  noteTold,
  readRecent,
  readUnsettled,
} from '../../db/alerts/alerts.ts';
import { type Database, type Executor, readTogether } from '../../db/connection/connect.ts';
import type { Lease } from '../../db/lease/lease.ts';
import { writing } from '../../db/lease/transaction.ts';
import { attentionOf } from '../../db/status/attention.ts';
import { readStatus, type Status } from '../../db/status/status.ts';
import type { Resource } from '../../resources/define.ts';
import { type Message, messageOf, titleOf } from './message.ts';
import { newTransitions } from './timing.ts';

/** Carries messages to their receiver, one at a time. */
export interface Courier {
  /** Begins to carry a message, unless it is under way or was taken. Returns at once. */
  carry(message: Message): void;
  /** Ids of messages that the receiver has taken. */
  readonly taken: ReadonlySet<string>;
}

/** Runs work with the lease; undefined where another process has it. */
export type WithLease = <T>(work: (lease: Lease) => Promise<T>) => Promise<T | undefined>;

/** Tells somebody what needs a person, as long as this process is the one to do so. */
export interface Alerter {
  /**
   * Compares what is wrong with what was told, saves the difference and has it carried. Writes nothing, and needs no
   * lease, where there is no difference.
   */
  look(db: Pick<Database, 'pool'>, withLease: WithLease): Promise<Status>;
}

/** What a look reads, at one moment. */
interface Read {
  readonly status: Status;
  readonly alerts: readonly Alert[];
}

/** What to do about a trouble for which no command is known. */
const commandFor = (kind: string): string =>
  ['token', 'pylon', 'clock'].includes(kind) ? 'pylon-sync check' : 'pylon-sync status';

/** What is wrong, each trouble once. That nobody takes messages cannot be told by one. */
function troublesOf(status: Status): readonly NewAlert[] {
  const found = new Map<string, NewAlert>();
  for (const { kind, command, troubles } of attentionOf(status))
    for (const { key, summary } of kind === 'untold' ? [] : troubles)
      if (!found.has(key)) found.set(key, { key, summary, command: command ?? commandFor(kind) });
  return [...found.values()];
}

/** The message that was made up and is not taken yet. */
function pendingIn(alerts: readonly Alert[]): string | undefined {
  for (const { began_message, began_told_at, over_message, over_told_at } of alerts) {
    if (began_message !== null && began_told_at === null) return began_message;
    if (over_message !== null && over_told_at === null) return over_message;
  }
  return undefined;
}

const isUntold = ({ began_told_at, over_at, over_told_at }: Alert) =>
  began_told_at === null || (over_at !== null && over_told_at === null);

/**
 * Notes which alerts begin and are over, and hands those to the courier that it has not delivered. `newId` makes the id by which
 * a receiver recognises one that comes twice.
 */
export function newAlerter(
  resources: readonly Resource[],
  courier: Courier,
  newId: () => string = () => `msg_${randomUUID().replaceAll('-', '')}`,
): Alerter {
  const transitions = newTransitions();
  const readAll = async (orm: Executor) => ({
    // Nobody counts rows for this.
    status: await readStatus({ orm }, resources, new Map()),
    alerts: await readUnsettled(orm),
    recent: await readRecent(orm),
  });
  const carry = ({ status, alerts }: Read) => {
    const id = pendingIn(alerts);
    if (id !== undefined && !courier.taken.has(id))
      courier.carry(messageOf(id, titleOf(status.workspace?.name), alerts));
  };
  return {
    async look(db, withLease) {
      const { status, alerts, recent } = await readTogether(db.pool, readAll);
      const now = Date.parse(status.as_of);
      const isScheduled = status.schedule !== null;
      const { begun, over } = transitions({
        ...{ now, troubles: troublesOf(status), open: alerts, recent, isScheduled },
      });
      const pending = pendingIn(alerts);
      const isTaken = pending !== undefined && courier.taken.has(pending);
      const isWaiting = pending === undefined && alerts.some(isUntold);
      let found = alerts;
      if (begun.length > 0 || over.length > 0 || isTaken || isWaiting)
        found =
          (await withLease((lease) =>
            writing(db, lease, async (tx) => {
              if (isTaken) await noteTold(tx, pending);
              await beginAlerts(tx, begun);
              await endAlerts(tx, over);
              await composeMessage(tx, newId());
              return readUnsettled(tx);
            }),
          )) ?? [];
      carry({ status, alerts: found });
      return status;
    },
  };
}
