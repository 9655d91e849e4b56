import type { Logger } from 'pino';
import type { Database } from '../../db/connection/connect.ts';
import { type Channel, type ListenTimes, listen } from '../../db/connection/listen.ts';
import { type Bell, newBell } from './bell.ts';

/** Queues of the database whose work the daemon waits for. */
const QUEUES = ['edits', 'rereads', 'handovers'] as const;
export type QueueName = (typeof QUEUES)[number];

/** The database's notifications of work in the queues. */
export interface Notices {
  /**
   * Each queue's bell rings when something is put into the queue, and when the connection that listens comes or goes.
   */
  readonly bells: Readonly<Record<QueueName, Bell>>;
  /** Milliseconds until the next look at an empty queue, unless its bell rings before. */
  lookMs(): number;
  close(): Promise<void>;
}

export interface NoticeOptions {
  /** URL of the database to listen to; undefined: no listening, only looks every `deafMs`. */
  readonly listenUrl: string | undefined;
  /** Milliseconds between looks while no notifications arrive; default 1,000. */
  readonly deafMs?: number;
  /**
   * Milliseconds between looks while notifications arrive; a look finds what a lost one was about; default 30,000.
   */
  readonly hearingMs?: number;
  readonly times?: ListenTimes;
}

const DEAF_MS = 1_000;
/** Milliseconds between looks at an empty queue while notifications arrive. */
export const HEARING_MS = 30_000;

const queuesOf = (channel: Channel, message: string): readonly QueueName[] => {
  if (channel === 'edits') return ['edits'];
  const notified = QUEUES.filter((queue) => queue === message);
  return notified.length > 0 ? notified : QUEUES;
};

/**
 * Listens to the database for work that is put into the queues. In addition the queues are looked at regularly:
 * seldom while notifications arrive, in case one is lost; every second while none can arrive.
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
              // Whoever waits computed the wait with the other interval.
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
