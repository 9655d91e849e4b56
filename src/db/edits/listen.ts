import { Socket } from 'node:net';
import type pg from 'pg';
import { beginning, type Terms } from '../connection/begin.ts';
import { clientOf } from '../connection/client.ts';

/** The channel that the triggers notify. */
const CHANNEL = 'pylon_sync_edits';

/** Milliseconds that a server has to close the connection. */
const FAREWELL_MS = 500;
/** Milliseconds before a broken connection is opened again. */
const RECONNECT_MS = 5_000;

const LISTENING: Terms = { access: 'READ ONLY', statementMs: 10_000, lockMs: 0, idleMs: 10_000 };

/** A query for the milliseconds after which the server closes an idle session; 0: never. */
const IDLE = "SELECT setting AS ms FROM pg_settings WHERE name = 'idle_session_timeout'";

/** The least milliseconds between two messages that keep an idle session open. */
const MOST_OFTEN_MS = 100;

export interface Listener {
  /** Closes the connection. If the server does not answer soon, cuts it. */
  close(): Promise<void>;
}

/**
 * Calls `onEdit` as soon as a transaction with edits commits. This is for speed only: the caller must also poll,
 * because the connection may break, and a pooler may not forward notifications.
 */
export function listenForEdits(url: string, onEdit: () => void): Listener {
  let closed = false;
  let leave = async () => {};
  let timer: NodeJS.Timeout | undefined;
  const again = () => {
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
      // A file that this URL names cannot be read. The main URL is checked, and its errors reported, elsewhere.
      return again();
    }
    let awake: NodeJS.Timeout | undefined;
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
      socket.destroy();
      again();
    };
    own.on('error', over);
    own.on('end', over);
    own.on('notification', onEdit);
    own
      .connect()
      .then(() => listen(own))
      .then((idleMs) => {
        // An empty query is enough, and begins no transaction.
        const wake = () => void own.query('').catch(over);
        if (idleMs > 0 && !isOver) awake = setInterval(wake, Math.max(MOST_OFTEN_MS, idleMs / 3)).unref();
        // Edits may have been committed before the session listened.
        onEdit();
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

/** Makes the session listen. Returns the milliseconds after which the server would close it when idle; 0: never. */
async function listen(client: pg.Client): Promise<number> {
  // The last result is that of COMMIT, the one before that of the query.
  const answers = (await client.query(
    `${beginning(LISTENING)}; LISTEN ${CHANNEL}; ${IDLE}; COMMIT`,
  )) as unknown as readonly pg.QueryResult<{ ms: string }>[];
  return Number(answers.at(-2)?.rows[0]?.ms ?? 0);
}
