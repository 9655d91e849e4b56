import { Socket } from 'node:net';
import pg from 'pg';

/** What the triggers notify of. */
const CHANNEL = 'pylon_sync_edits';

/** How long a server has to take its leave, milliseconds. */
const FAREWELL_MS = 500;
/** Milliseconds before a connection that broke is made anew. */
const RECONNECT_MS = 5_000;

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
    const own = new pg.Client({
      connectionString: url,
      stream: () => socket,
      application_name: 'pylon-sync listen',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    leave = async () => {
      const impatient = setTimeout(() => socket.destroy(), FAREWELL_MS);
      await own.end().catch(() => {});
      clearTimeout(impatient);
    };
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      socket.destroy();
      again();
    };
    own.on('error', over);
    own.on('end', over);
    own.on('notification', onEdit);
    own
      .connect()
      .then(() => own.query(`LISTEN ${CHANNEL}`))
      // What was committed before is seen now.
      .then(onEdit, over);
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
