import PQueue from 'p-queue';
import { pino } from 'pino';
import { connect } from '../../src/db/connect.ts';
import { acquireLease } from '../../src/db/lease.ts';
import { createPylon, type PylonOptions } from '../../src/pylon/client.ts';
import { documentedLimits } from '../../src/pylon/limits.ts';
import type { Resource } from '../../src/resources/define.ts';
import { resources } from '../../src/resources/index.ts';
import { type BackfillOptions, backfill } from '../../src/sync/backfill.ts';
import { newContext } from '../../src/sync/context.ts';
import type { ResourceProgress } from '../../src/sync/progress.ts';

export interface BackfillRun {
  readonly resources?: readonly Resource[];
  readonly options?: Partial<BackfillOptions>;
  readonly client?: Partial<PylonOptions>;
  readonly signal?: AbortSignal;
  /** Transactions side by side; default 2, as the commands have. */
  readonly writers?: number;
  readonly onStep?: (progress: Readonly<ResourceProgress>, step: string) => void;
}

/** Runs a backfill of a server that speaks Pylon's API into a database, as one process would. */
export async function runBackfill(
  sandbox: { readonly url: string; readonly token: string },
  url: string,
  run: BackfillRun = {},
): Promise<ReadonlyMap<string, ResourceProgress>> {
  const db = await connect(url);
  const lease = await acquireLease(db, { command: 'test backfill' });
  const pylon = createPylon({
    url: sandbox.url,
    token: sandbox.token,
    // The sandbox is told not to count: a minute of a moment.
    limits: documentedLimits('current', 20),
    share: 1,
    nextOrder: () => lease.nextOrder(),
    retry: { attempts: 4, baseMs: 5, capMs: 20 },
    timeoutMs: 5_000,
    ...run.client,
  });
  try {
    const results = await backfill(
      newContext({
        db,
        pylon,
        lease,
        log: pino({ level: 'silent' }),
        signal: run.signal ?? new AbortController().signal,
        onProgress: run.onStep ?? (() => {}),
        writers: new PQueue({ concurrency: run.writers ?? 2 }),
      }),
      { resources: run.resources ?? resources, windowDays: 30, ...run.options },
    );
    return new Map(results.map((progress) => [progress.resource, progress]));
  } finally {
    await pylon.close();
    await lease.release();
    await db.close();
  }
}
