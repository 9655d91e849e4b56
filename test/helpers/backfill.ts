import type { Resource } from '../../src/resources/define.ts';
import { resources } from '../../src/resources/index.ts';
import { type BackfillOptions, backfill } from '../../src/sync/daemon/backfill.ts';
import type { ResourceProgress } from '../../src/sync/pass/progress.ts';
import { type Address, type ContextOptions, openContext } from './context.ts';

export interface BackfillRun extends ContextOptions {
  readonly resources?: readonly Resource[];
  readonly options?: Partial<BackfillOptions>;
}

/** Runs a backfill of a server that speaks Pylon's API into a database, as one process would. */
export async function runBackfill(
  pylon: Address,
  url: string,
  run: BackfillRun = {},
): Promise<ReadonlyMap<string, ResourceProgress>> {
  const client = { retry: { attempts: 4, baseMs: 5, capMs: 20 }, ...run.client };
  const { ctx, close } = await openContext(pylon, url, { ...run, client });
  try {
    const results = await backfill(ctx, {
      ...{ resources: run.resources ?? resources, windowDays: 30 },
      ...run.options,
    });
    return new Map(results.map((progress) => [progress.resource, progress]));
  } finally {
    await close();
  }
}
