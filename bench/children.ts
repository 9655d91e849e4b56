import { documentedLimits } from '../src/pylon/limits/limits.ts';
import { resourceNamed } from '../src/resources/index.ts';
import { runBackfill } from '../test/helpers/backfill.ts';
import { countingRoundTrips } from '../test/helpers/round-trips.ts';
import type { BenchServer } from './postgres.ts';
import { startSandboxProcess } from './sandbox.ts';

/** What a request of a listing per parent costs in a backfill that no limit slows down. */
export interface ChildFigures {
  readonly issues: number;
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Of the client's process, a request. */
  readonly cpuMs: number;
  readonly roundTrips: number;
  readonly statements: number;
}

const LISTED = ['issues', 'issue_messages', 'issue_followers', 'issue_threads'].map(resourceNamed);
/** As little of an interval of the limits as the requests of any moment. */
const NO_LIMIT = documentedLimits('current', 20);

/** Backfills issues with their messages, followers and threads from a sandbox in another process; the median of rounds. */
export async function measureChildren(
  server: BenchServer,
  issues: number,
  rounds: number,
): Promise<ChildFigures> {
  const sandbox = await startSandboxProcess({ kind: 'unlimited', issues });
  try {
    const figures: ChildFigures[] = [];
    // The first one, in which the code is compiled, does not count.
    for (let round = 0; round <= rounds; round += 1) figures.push(await measureOnce(server, sandbox, issues));
    const sorted = figures.slice(1).sort((a, b) => a.requestsPerSecond - b.requestsPerSecond);
    return sorted[sorted.length >> 1] as ChildFigures;
  } finally {
    await sandbox.stop();
  }
}

async function measureOnce(
  server: BenchServer,
  sandbox: { readonly url: string; readonly token: string },
  issues: number,
): Promise<ChildFigures> {
  const database = await server.createDatabase();
  try {
    const usedBefore = process.cpuUsage();
    const startedAt = performance.now();
    const { result, asked } = await countingRoundTrips(() =>
      runBackfill(sandbox, database.url, {
        resources: LISTED,
        client: { limits: NO_LIMIT, share: 1, timeoutMs: 60_000 },
      }),
    );
    const seconds = (performance.now() - startedAt) / 1_000;
    const used = process.cpuUsage(usedBefore);
    const requests = [...result.values()].reduce((sum, progress) => sum + progress.requests, 0);
    for (const { resource, state, error } of result.values())
      if (state !== 'done') throw new Error(`the backfill of ${resource} ${state}: ${error}`);
    return {
      ...{ issues, requests },
      requestsPerSecond: requests / seconds,
      cpuMs: (used.user + used.system) / 1_000 / requests,
      roundTrips: asked.roundTrips / requests,
      statements: asked.statements / requests,
    };
  } finally {
    await database.drop();
  }
}
