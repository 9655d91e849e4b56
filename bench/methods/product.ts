import { issues } from '../../src/resources/issues.ts';
import { runBackfill } from '../../test/helpers/backfill.ts';
import type { Method } from './method.ts';

/** This project: a backfill as the command runs it, with so many transactions side by side. */
export const product = (writers: number): Method => ({
  name: writers === 1 ? 'pylon-sync, one writer' : 'pylon-sync, two writers',
  prepare: async (sandbox) => async (database) => {
    const results = await runBackfill(sandbox, database, {
      resources: [issues],
      writers,
      client: { timeoutMs: 60_000 },
    });
    const progress = results.get('issues');
    if (progress?.state !== 'done') throw new Error(`the backfill failed: ${progress?.error}`);
    return progress.read;
  },
});
