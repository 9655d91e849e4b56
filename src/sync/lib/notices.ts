import type { Logger } from 'pino';
import type { Database } from '../../db/connection/connect.ts';
import { type Channel, type ListenTimes, listen } from '../../db/connection/listen.ts';
import { type Bell, newBell } from './bell.ts';

/** Queues whose work is waited for. */
const QUEUES = ['edits', 'rereads', 'handovers'] as const;
export type QueueName = (typeof QUEUES)[number];

/** What the database tells of the queues. */
export interface Notices {
  /** Rung when something was put into a queue, and when it is to be looked at for another reason. */
  readonly bells: Readonly<Record<QueueName, Bell>>;
  /** Milliseconds until the next look at a queue in which nothing was found, if nothing is told of it meanwhile. */
  lookMs(): number;
  close(): Promise<void>;
}

export interface NoticeOptions {
  /** Where to listen; undefined: queues are looked at each second alone. */
  readonly listenUrl: string | undefined;
  /** Milliseconds between looks while nothing can be heard; default 1,000. */
  readonly deafMs?: number;
  /** Milliseconds between looks while all is told: what was lost is found then; default 30,000. */
  readonly hearingMs?: number;
  readonly times?: ListenTimes;
}

const DEAF_MS = 1_000;
const HEARING_MS = 30_000;

const queuesOf = (channel: Channel, message: string): readonly QueueName[] => {
  if (channel === 'edits') return ['edits'];
  const told = QUEUES.filter((queue) => queue === message);
  return told.length > 0 ? told : QUEUES;
};

/**
 * Listens for work that is put into the queues. How often a queue is looked at besides follows whether messages arrive:
 * one that got lost is made up for by the next look, and where none arrives each second brings one.
 */
export function newNotices(
  { db, log }: { readonly db: Pick<Database, 'pool'>; readonly log: Logger },
  options: NoticeOptions,
): Notices {
  const { listenUrl, deafMs = DEAF_MS, hearingMs = HEARING_MS } = options;
  const bells = { edits: newBell(), rereads: newBell(), handovers: newBell() };
  let hears = false;
  const ring = (queues: readonly QueueName[]) => {
    for (const queue of queues) bells[queue].ring();
  };
  const listener =
    listenUrl === undefined
      ? undefined
      : listen(
          listenUrl,
          db.pool,
          {
            onNotice: (channel, message) => ring(queuesOf(channel, message)),
            onChange(now) {
              hears = now;
              log.debug({ hears }, 'notifications of the database');
              // Who waits has reckoned with the other.
              ring(QUEUES);
            },
          },
          options.times,
        );
  return {
    bells,
    lookMs: () => (hears ? hearingMs : deafMs),
    close: async () => listener?.close(),
  };
}
