import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import type pg from 'pg';
import { type Pool, readStatement } from './atomic.ts';
import { beginning, type Terms } from './begin.ts';
import { clientOf } from './client.ts';

/** The channels of the database's notifications. Its triggers and functions name the same ones. */
const CHANNELS = {
  /** Edits were queued, or can continue. */
  edits: 'pylon_sync_edits',
  /** Work was put into the queue that the message names. */
  work: 'pylon_sync_work',
} as const;
export type Channel = keyof typeof CHANNELS;

/** The channel of the messages that a listener sends to itself. */
const ECHO = 'pylon_sync_echo';

/** How long the server may take to end a connection, milliseconds. */
const FAREWELL_MS = 500;
/** Milliseconds before a broken connection is opened again. */
const RECONNECT_MS = 5_000;
/** Milliseconds between two messages to itself, and until one counts as missing. */
const ECHO_MS = 60_000;
const ANSWER_MS = 5_000;

const LISTENING: Terms = { access: 'READ ONLY', statementMs: 10_000, lockMs: 0, idleMs: 10_000 };

/** Milliseconds after which the server closes an idle session; 0: never. */
const IDLE = "SELECT setting AS ms FROM pg_settings WHERE name = 'idle_session_timeout'";

/** The shortest interval of statements that keep the session open, milliseconds. */
const MOST_OFTEN_MS = 100;

/** The listener's callbacks. */
export interface Heard {
  /** A notification has arrived, or may have been missed. */
  readonly onNotice: (channel: Channel, message: string) => void;
  /** Whether messages arrive has changed. */
  readonly onChange: (hears: boolean) => void;
}

export interface ListenTimes {
  readonly echoMs?: number;
  readonly answerMs?: number;
}

export interface Listener {
  /** Does not wait for a server that does not answer. */
  close(): Promise<void>;
}

/**
 * Listens at an address to the notifications that transactions send when they commit. Notifications make the
 * daemon faster, but it must not rely on them: they get lost with a broken connection, and a transaction
 * pooler accepts `LISTEN` and passes nothing on. So the listener sends itself a message over `pool`, when it
 * begins and every minute. While these arrive, so do others, and the daemon can poll less often.
 */
export function listen(url: string, pool: Pool, heard: Heard, times: ListenTimes = {}): Listener {
  const { echoMs = ECHO_MS, answerMs = ANSWER_MS } = times;
  let closed = false;
  let leave = async () => {};
  let timer: NodeJS.Timeout | undefined;
  let hears = false;
  const hear = (now: boolean) => {
    if (closed || hears === now) return;
    hears = now;
    heard.onChange(now);
  };
  const again = () => {
    hear(false);
    if (closed) return;
    timer = setTimeout(open, RECONNECT_MS);
    timer.unref();
  };
  const open = () => {
    if (closed) return;
    const socket = new Socket();
    let own: pg.Client;
    try {
      const { config, Client } = clientOf(url, { application: 'pylon-sync listen', connectMs: 10_000 });
      own = new Client({ ...config, stream: () => socket });
    } catch {
      // A file that the address names cannot be read. The same fault of the other address is reported
      // elsewhere.
      return again();
    }
    let awake: NodeJS.Timeout | undefined;
    const echo = newEcho(pool, hear, answerMs);
    let echoing: NodeJS.Timeout | undefined;
    leave = async () => {
      const impatient = setTimeout(() => socket.destroy(), FAREWELL_MS);
      await own.end().catch(() => {});
      clearTimeout(impatient);
    };
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      clearInterval(awake);
      clearInterval(echoing);
      echo.end();
      socket.destroy();
      again();
    };
    own.on('error', over);
    own.on('end', over);
    own.on('notification', ({ channel, payload = '' }) => {
      if (channel === ECHO) return echo.arrived(payload);
      const named = channelNamed(channel);
      if (named !== undefined) heard.onNotice(named, payload);
    });
    own
      .connect()
      .then(() => begin(own))
      .then((idleMs) => {
        if (isOver) return;
        // An empty statement is enough, and is no transaction.
        const wake = () => void own.query('').catch(over);
        if (idleMs > 0) awake = setInterval(wake, Math.max(MOST_OFTEN_MS, idleMs / 3)).unref();
        echo.send();
        echoing = setInterval(echo.send, echoMs).unref();
        // What was committed before this is visible now.
        for (const channel of channels) heard.onNotice(channel, '');
      })
      .catch(over);
  };
  open();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await leave();
    },
  };
}

const channels = Object.keys(CHANNELS) as readonly Channel[];

const channelNamed = (name: string): Channel | undefined =>
  channels.find((channel) => CHANNELS[channel] === name);

/** Sends a connection messages from itself; calls `hear` with whether the last one arrived. */
function newEcho(pool: Pool, hear: (hears: boolean) => void, answerMs: number) {
  let sent: string | undefined;
  let missing: NodeJS.Timeout | undefined;
  return {
    send() {
      const message = randomUUID();
      sent = message;
      clearTimeout(missing);
      missing = setTimeout(() => hear(false), answerMs).unref();
      // Over another connection: behind a pooler, a connection would notify only itself.
      readStatement(pool, 'SELECT pg_notify($1, $2)', [ECHO, message]).catch(() => {
        if (sent === message) hear(false);
      });
    },
    arrived(message: string) {
      if (message !== sent) return;
      clearTimeout(missing);
      hear(true);
    },
    end() {
      sent = undefined;
      clearTimeout(missing);
    },
  };
}

/** Makes the session listen; returns the milliseconds after which the server closes it if it is idle. */
async function begin(client: pg.Client): Promise<number> {
  const all = [...Object.values(CHANNELS), ECHO].map((channel) => `LISTEN ${channel}`).join('; ');
  // The last answer is that of COMMIT, the one before that of the query.
  const answers = (await client.query(
    `${beginning(LISTENING)}; ${all}; ${IDLE}; COMMIT`,
  )) as unknown as readonly pg.QueryResult<{ ms: string }>[];
  return Number(answers.at(-2)?.rows[0]?.ms ?? 0);
}

/** Whether a notification that is sent over `pool` arrives at another address within so many milliseconds. */
export async function isHeard(url: string, pool: Pool, withinMs: number): Promise<boolean> {
  let listener: Listener | undefined;
  let late: NodeJS.Timeout | undefined;
  try {
    return await new Promise<boolean>((resolve) => {
      late = setTimeout(() => resolve(false), withinMs);
      const onChange = (hears: boolean) => resolve(hears);
      listener = listen(url, pool, { onNotice: () => {}, onChange }, { answerMs: withinMs });
    });
  } finally {
    clearTimeout(late);
    await listener?.close();
  }
}
