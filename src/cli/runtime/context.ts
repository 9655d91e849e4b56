import PQueue from 'p-queue';
import type { Database } from '../../db/connection/connect.ts';
import { acquireLease, type Lease } from '../../db/lease/lease.ts';
import type { LeaseWatch } from '../../db/lease/lease-watch.ts';
import { writing } from '../../db/lease/transaction.ts';
import { readBudgets } from '../../db/workspace/budgets.ts';
import { noteTokenRefusal } from '../../db/workspace/token.ts';
import { causeOfStop, reasonOf, StoppedError } from '../../errors.ts';
import { createPylon } from '../../pylon/client.ts';
import type { Attempt } from '../../pylon/observe.ts';
import { link } from '../../pylon/signal.ts';
import { type Context, newContext } from '../../sync/pass/context.ts';
import type { OnProgress } from '../../sync/pass/progress.ts';
import { pylonOptions, tokenAdvice } from './pylon.ts';
import type { Setup } from './setup.ts';
import { type TokenRecord, TokenRefusedError, watchToken } from './token.ts';

/** Concurrent writing transactions: two keep both cores of a small server busy. */
const WRITERS = 2;

/**
 * Acquires the database's lease, opens a client of Pylon's API and runs `work`; releases both afterwards, also after
 * a failure. The context's signal aborts when the command is stopped, the lease is lost or Pylon refuses the token.
 *
 * @throws LeaseHeldError naming the process that holds the lease; TokenRefusedError.
 */
export async function withContext<T>(
  setup: Setup,
  db: Database,
  {
    command,
    onProgress,
    watch,
    token = { worked: false },
    observe,
  }: {
    /** The command that holds the lease, as other processes name it: `pylon-sync backfill`. */
    readonly command: string;
    readonly onProgress: OnProgress;
    /** What a standby has observed of the lease so far. */
    readonly watch?: LeaseWatch;
    readonly token?: TokenRecord;
    /** Called for every attempt at a request. */
    readonly observe?: (attempt: Attempt) => void;
  },
  work: (ctx: Context) => Promise<T>,
): Promise<T> {
  const { config, log, signal, tracker, tempo } = setup;
  const { heartbeatMs, expiryMs } = tempo;
  const lease = await acquireLease(db, { command, signal, heartbeatMs, expiryMs, ...(watch && { watch }) });
  return tracker.track('the lease', async () => {
    // Transactions under a lost lease cannot commit, and may be waiting for a database that does not answer.
    lease.lost.addEventListener('abort', () => db.interrupt(lease.lost.reason), { once: true });
    const linked = link(signal, lease.lost);
    try {
      const noted = await readBudgets(db.orm);
      const client = createPylon({
        ...pylonOptions(setup, () => lease.nextOrder()),
        occupied: new Map(noted.map((use) => [use.endpoint, use.answered_at])),
        paused: new Map(noted.map((use) => [use.endpoint, Date.parse(use.paused_until ?? '') || 0])),
        // If this process was suspended after its comparison, another may hold the lease and have written since.
        beforeWrite: () => lease.assertHeld(),
        ...(observe && { observe }),
      });
      const pylon = watchToken(client, token, (refusal) => linked.abort(new StoppedError(refusal)));
      const writers = new PQueue({ concurrency: WRITERS });
      try {
        return await tracker.track('the passes', () =>
          work(
            newContext({
              ...{ db, pylon, lease, log, signal: linked.signal, onProgress, writers },
              types: config.customObjects,
            }),
          ),
        );
      } catch (error) {
        const cause = linked.aborted ? causeOfStop(linked.reason) : error;
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

/**
 * Saves for `status` that Pylon refuses the token; a failure to save it is only logged, since the error says the
 * same.
 */
async function noteRefusal({ log }: Setup, db: Database, lease: Lease, because: string): Promise<void> {
  await writing(db, lease, (tx) => noteTokenRefusal(tx, because)).catch((error: unknown) =>
    log.debug({ error }, 'could not save that Pylon refuses the token'),
  );
}

/**
 * Releases the lease. Does not wait for that if the lease is lost: this process may take it again at once, others once it
 * has expired, and the database may not answer.
 */
async function giveBack({ log }: Setup, lease: Lease): Promise<void> {
  const isLost = lease.lost.aborted;
  const released = lease.release();
  if (isLost) void released.catch(() => {});
  else
    await released.catch((error: unknown) =>
      log.warn({ error }, 'could not release the lease: it expires by itself'),
    );
}
