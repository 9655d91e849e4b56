import PQueue from 'p-queue';
import { pino } from 'pino';
import { acquireLease } from '../../src/db/lease/lease.ts';
import { createPylon, type PylonOptions } from '../../src/pylon/client.ts';
import { documentedLimits } from '../../src/pylon/limits/limits.ts';
import { type Context, newContext } from '../../src/sync/pass/context.ts';
import { lend } from './lent.ts';

/** Where a sandbox, or another server that speaks Pylon's API, is found. */
export interface Address {
  readonly url: string;
  readonly token: string;
}

export interface ContextOptions {
  readonly client?: Partial<PylonOptions>;
  readonly signal?: AbortSignal;
  /** Transactions side by side; default 2, as the commands have. */
  readonly writers?: number;
  readonly onProgress?: Context['onProgress'];
  readonly lockedPauses?: Context['lockedPauses'];
  /** Types of custom objects; default: those of the sandbox. */
  readonly types?: readonly string[];
}

/** What one process works with: a client, a database and a lease on it, which are closed together. */
export async function openContext(
  { url: pylonUrl, token }: Address,
  databaseUrl: string,
  options: ContextOptions = {},
): Promise<{ readonly ctx: Context; close(): Promise<void> }> {
  const db = await lend(databaseUrl);
  const lease = await acquireLease(db, { command: 'test' });
  const pylon = createPylon({
    url: pylonUrl,
    token,
    // The sandbox is told not to count: a minute of a moment.
    limits: documentedLimits('current', 20),
    share: 1,
    nextOrder: () => lease.nextOrder(),
    retry: { attempts: 3, baseMs: 5, capMs: 20 },
    timeoutMs: 5_000,
    pauses: { shortestMs: 5 },
    ...options.client,
  });
  const ctx = newContext({
    ...{ db, pylon, lease },
    log: pino({ level: 'silent' }),
    signal: options.signal ?? new AbortController().signal,
    onProgress: options.onProgress ?? (() => {}),
    types: options.types ?? ['license', 'device'],
    writers: new PQueue({ concurrency: options.writers ?? 2 }),
    ...(options.lockedPauses && { lockedPauses: options.lockedPauses }),
  });
  return {
    ctx,
    async close() {
      await pylon.close();
      await lease.release();
      await db.close();
    },
  };
}
