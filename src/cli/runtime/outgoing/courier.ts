import { backoffMs } from '../../../backoff.ts';
import { reasonOf } from '../../../errors.ts';
import { link } from '../../../pylon/signal.ts';
import { type Sleep, sleep } from '../../../sleep.ts';
import type { Courier } from '../../../sync/alerts/alerter.ts';
import type { Message } from '../../../sync/alerts/message.ts';
import { newFailureLog } from '../../../sync/lib/failure-log.ts';
import type { Setup } from '../setup.ts';
import { type Answer, answerInWords, isTaken } from './request.ts';

/** Waits between attempts: from seconds to ten minutes, or for as long as the receiver asks, up to an hour. */
const GROWTH = { baseMs: 5_000, capMs: 600_000, jitter: 'half' } as const;
const MOST_ASKED_MS = 3_600_000;

export interface CourierOptions {
  readonly setup: Pick<Setup, 'log' | 'signal' | 'conceal'>;
  /** Sends a message once. */
  readonly send: (message: Message, signal: AbortSignal) => Promise<Answer>;
  /** Called when the receiver has taken a message. */
  readonly onTaken?: (id: string) => void;
  readonly wait?: Sleep;
  readonly random?: () => number;
}

/** A courier that can be told to stop. */
export interface StoppableCourier extends Courier {
  /** Gives up what is under way: another process carries it. */
  rest(): void;
  /** Resolves once nothing is under way. */
  idle(): Promise<void>;
}

/**
 * Carries messages one at a time. An attempt that fails in any way is repeated, until the stop signal; a new message
 * takes the place of the one under way.
 */
export function newCourier(options: CourierOptions): StoppableCourier {
  const { setup, send, onTaken = () => {}, wait = sleep, random = Math.random } = options;
  const { log, signal, conceal } = setup;
  const failures = newFailureLog(log);
  const taken = new Set<string>();
  let ended: Promise<void> = Promise.resolve();
  let current: { readonly id: string; readonly stop: () => void } | undefined;

  const attempt = async (message: Message, stop: AbortSignal): Promise<number | undefined> => {
    try {
      const answer = await send(message, stop);
      if (isTaken(answer)) return undefined;
      stop.throwIfAborted();
      failures.failed('alerts', { reason: `PYLON_SYNC_ALERT_URL: ${conceal(answerInWords(answer))}` });
      return Math.min(MOST_ASKED_MS, answer.waitMs ?? 0);
    } catch (error) {
      stop.throwIfAborted();
      failures.failed('alerts', { reason: `PYLON_SYNC_ALERT_URL: ${conceal(reasonOf(error))}` });
      return 0;
    }
  };
  const carry = async (message: Message, stop: AbortSignal) => {
    for (let attempts = 1; ; attempts += 1) {
      const askedMs = await attempt(message, stop);
      if (askedMs === undefined) return;
      await wait(Math.max(askedMs, backoffMs(GROWTH, attempts, random)), stop);
    }
  };
  return {
    taken,
    carry(message) {
      if (current?.id === message.id || taken.has(message.id) || signal.aborted) return;
      current?.stop();
      const linked = link(signal);
      const mine = { id: message.id, stop: () => linked.abort(new Error('given up')) };
      current = mine;
      ended = carry(message, linked.signal)
        .then(
          () => {
            taken.add(message.id);
            failures.recovered('alerts');
            log.info({ alert: message.id, matters: message.lines.length }, 'alert sent');
            onTaken(message.id);
          },
          // Only the signals end it.
          () => {},
        )
        .finally(() => {
          linked.unlink();
          if (current === mine) current = undefined;
        });
    },
    rest: () => current?.stop(),
    idle: () => ended,
  };
}
