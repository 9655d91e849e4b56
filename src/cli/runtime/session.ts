import PQueue from 'p-queue';
import type { Database } from '../../db/connection/connect.ts';
import { acquireLease, type Lease } from '../../db/lease/lease.ts';
import type { LeaseWatch } from '../../db/lease/lease-watch.ts';
import { writing } from '../../db/lease/transaction.ts';
import { readBudgets } from '../../db/workspace/budgets.ts';
import { noteTokenRefusal } from '../../db/workspace/token.ts';
import { reasonOf } from '../../errors.ts';
import { createPylon } from '../../pylon/client.ts';
import type { Attempt } from '../../pylon/observe.ts';
import { link } from '../../pylon/wire/signal.ts';
import { type Context, newContext } from '../../sync/pass/context.ts';
import type { OnProgress } from '../../sync/pass/progress.ts';
import { pylonOptions, tokenAdvice } from './pylon.ts';
import type { Setup } from './setup.ts';
import { type TokenRecord, TokenRefusedError, watchToken } from './token.ts';

/** Transactions that write side by side: two keep both cores of a small server busy. */
const WRITERS = 2;

export interface Session {
  /** What is running, for the message to others: `pylon-sync backfill`. */
  readonly command: string;
  readonly onProgress: OnProgress;
  /** What a process that waits for the lease has seen of it. */
  readonly watch?: LeaseWatch;
  readonly token?: TokenRecord;
  /** Told of every attempt at a request. */
  readonly observe?: (attempt: Attempt) => void;
}

/**
 * Holds the database's lease and a client of Pylon's API while `work` runs, and gives both back, whatever
 * happens. The work is ended, by its context's signal, when the command is to end, when the lease is lost and when
 * Pylon refuses the token.
 *
 * @throws LeaseHeldError naming who works on this database already; TokenRefusedError.
 */
export async function withContext<T>(
  setup: Setup,
  db: Database,
  { command, onProgress, watch, token = { worked: false }, observe }: Session,
  work: (ctx: Context) => Promise<T>,
): Promise<T> {
  const { config, log, shell, tracker, tempo } = setup;
  const { heartbeatMs, expiryMs } = tempo;
  const { signal } = shell;
  const lease = await acquireLease(db, { command, signal, heartbeatMs, expiryMs, ...(watch && { watch }) });
  return tracker.track('the lease', async () => {
    // Its transactions could not commit any more, and may be waiting for a database that does not answer.
    lease.lost.addEventListener('abort', () => db.interrupt(lease.lost.reason), { once: true });
    const linked = link(shell.signal, lease.lost);
    try {
      const noted = await readBudgets(db.orm);
      const client = createPylon({
        ...pylonOptions(setup, () => lease.nextOrder()),
        occupied: new Map(noted.map((use) => [use.endpoint, use.answered_at])),
        paused: new Map(noted.map((use) => [use.endpoint, Date.parse(use.paused_until ?? '') || 0])),
        // A process that was paused since it compared might send what another has overtaken.
        beforeWrite: () => lease.assertHeld(),
        ...(observe && { observe }),
      });
      const pylon = watchToken(client, token, linked.abort);
      const writers = new PQueue({ concurrency: WRITERS });
      try {
        return await tracker.track('the passes', () =>
          work(newContext({ db, pylon, lease, log, signal: linked.signal, onProgress, writers })),
        );
      } catch (cause) {
        const advice = tokenAdvice(cause, config);
        if (advice.length === 0) throw cause;
        await noteRefusal(setup, db, lease, reasonOf(cause));
        throw new TokenRefusedError([reasonOf(cause), ...advice].join('; '), { cause });
      } finally {
        await client.close();
      }
    } finally {
      linked.unlink();
      await giveBack(setup, lease);
    }
  });
}

/** Notes, where anyone can read it, that Pylon refuses the token; the error itself says so too. */
async function noteRefusal({ log }: Setup, db: Database, lease: Lease, because: string): Promise<void> {
  await writing(db, lease, (tx) => noteTokenRefusal(tx, because)).catch((error: unknown) =>
    log.debug({ error }, 'that Pylon refuses the token could not be noted'),
  );
}

async function giveBack({ log }: Setup, lease: Lease): Promise<void> {
  const isLost = lease.lost.aborted;
  await lease.release().catch((error: unknown) => {
    if (!isLost) log.warn({ error }, 'could not give the lease back: it expires');
  });
}
