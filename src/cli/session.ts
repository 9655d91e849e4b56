import PQueue from 'p-queue';
import { readBudgets } from '../db/budgets.ts';
import type { Database } from '../db/connect.ts';
import { acquireLease } from '../db/lease.ts';
import { PermanentError, reasonOf } from '../errors.ts';
import { createPylon } from '../pylon/client.ts';
import { type Context, newContext } from '../sync/context.ts';
import type { OnProgress } from '../sync/progress.ts';
import { pylonOptions, tokenAdvice } from './pylon.ts';
import type { Setup } from './setup.ts';

/** Transactions that write side by side: two keep both cores of a small server busy. */
const WRITERS = 2;

/**
 * Holds the database's lease and a client of Pylon's API while `work` runs, and gives both back, whatever
 * happens.
 *
 * @throws LeaseHeldError naming who works on this database already; PermanentError saying where tokens are
 * made when Pylon refuses this one.
 */
export async function withContext<T>(
  setup: Setup,
  db: Database,
  command: string,
  onProgress: OnProgress,
  work: (ctx: Context) => Promise<T>,
): Promise<T> {
  const { config, log, shell } = setup;
  const lease = await acquireLease(db, { command });
  try {
    const pylon = createPylon({
      ...pylonOptions(setup, () => lease.nextOrder()),
      occupied: new Map((await readBudgets(db.orm)).map((use) => [use.endpoint, use.answered_at])),
    });
    const signal = AbortSignal.any([shell.signal, lease.lost]);
    try {
      return await work(
        newContext({
          db,
          pylon,
          lease,
          log,
          signal,
          onProgress,
          writers: new PQueue({ concurrency: WRITERS }),
        }),
      );
    } catch (cause) {
      const advice = tokenAdvice(cause, config);
      throw advice.length === 0
        ? cause
        : new PermanentError([reasonOf(cause), ...advice].join('; '), { cause });
    } finally {
      await pylon.close();
    }
  } finally {
    await lease
      .release()
      .catch((error: unknown) => log.warn({ error }, 'could not give the lease back; it expires'));
  }
}
