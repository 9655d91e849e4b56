import { Socket } from 'node:net';
import type pg from 'pg';
import { beginning, type Terms } from '../connection/begin.ts';
import { clientOf } from '../connection/client.ts';

/** What the triggers notify of. */
const CHANNEL = 'pylon_sync_edits';

/** How long a server has to take its leave, milliseconds. */
const FAREWELL_MS = 500;
/** Milliseconds before a connection that broke is made anew. */
const RECONNECT_MS = 5_000;

const LISTENING: Terms = { access: 'READ ONLY', statementMs: 10_000, lockMs: 0, idleMs: 10_000 };

/** Milliseconds after which the server closes a session that says nothing; 0: never. */
const IDLE = "SELECT setting AS ms FROM pg_settings WHERE name = 'idle_session_timeout'";

/** How often at most a session says something, lest it be closed. */
const MOST_OFTEN_MS = 100;

export interface Listener {
  /** Waits for nothing: a server that does not answer is left. */
  close(): Promise<void>;
}

/**
 * Calls `onEdit` as soon as a transaction with edits commits. It makes things fast and nothing right: a connection that
 * breaks, or a pooler that tells nothing, is made up for by looking now and then.
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
      // A file that its address names cannot be read; what the other address says of its own is told.
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
        // An empty message is enough, and is no transaction.
        const wake = () => void own.query('').catch(over);
        if (idleMs > 0 && !isOver) awake = setInterval(wake, Math.max(MOST_OFTEN_MS, idleMs / 3)).unref();
        // What was committed before is seen now.
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

/** Has the session listen; milliseconds after which it would be closed for saying nothing. */
async function listen(client: pg.Client): Promise<number> {
  // The last of these answers is that of COMMIT, of the one before of the question.
  const answers = (await client.query(
    `${beginning(LISTENING)}; LISTEN ${CHANNEL}; ${IDLE}; COMMIT`,
  )) as unknown as readonly pg.QueryResult<{ ms: string }>[];
  return Number(answers.at(-2)?.rows[0]?.ms ?? 0);
}
