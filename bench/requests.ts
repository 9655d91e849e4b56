import { documentedLimits } from '../src/pylon/limits/limits.ts';
import { resources } from '../src/resources/index.ts';
import { runBackfill } from '../test/helpers/backfill.ts';
import { fewestRequests } from './fewest.ts';
import type { BenchServer } from './postgres.ts';
import { startSandboxProcess } from './sandbox.ts';

/** How a backfill of everything used the requests it is allowed. */
export interface Requests {
  readonly issues: number;
  /** Objects of all tables but that of issues. */
  readonly objects: number;
  readonly used: number;
  /** By the rules of the API (`fewest.ts`). */
  readonly fewest: number;
  /** The same of each table that took more than the fewest. */
  readonly above: readonly { readonly table: string; readonly used: number; readonly fewest: number }[];
  readonly own429s: number;
  readonly slowest: string;
  readonly seconds: number;
  /** Requests of the slowest endpoint ÷ its limit. */
  readonly leastSeconds: number;
}

/** Pylon's minute here; the limits are those of today. */
const MINUTE_MS = 2_000;

interface Counts {
  readonly endpoints: Readonly<Record<string, { readonly requests: number }>>;
  readonly own429: number;
}

/** Backfills every resource of a sandbox that counts and limits requests as Pylon does, all of the limit used. */
export async function measureRequests(server: BenchServer, issues: number): Promise<Requests> {
  const sandbox = await startSandboxProcess({ kind: 'limited', issues, minuteMs: MINUTE_MS, more: true });
  const database = await server.createDatabase();
  try {
    const limits = documentedLimits('current', MINUTE_MS);
    const startedAt = performance.now();
    const results = await runBackfill(sandbox, database.url, {
      client: { limits, share: 1, timeoutMs: 60_000 },
    });
    const seconds = (performance.now() - startedAt) / 1000;
    for (const { resource, state, error } of results.values()) {
      if (state !== 'done') throw new Error(`the backfill of ${resource} ${state}: ${error}`);
    }
    const response = await fetch(new URL('/__sandbox/requests', sandbox.url));
    const { endpoints, own429 } = (await response.json()) as Counts;
    const loads = Object.entries(endpoints).map(([endpoint, { requests }]) => ({
      endpoint,
      requests,
      seconds: (requests / limits.of(endpoint)) * (MINUTE_MS / 1000),
    }));
    const fewest = await fewestRequests(
      sandbox,
      resources.map(({ name }) => name),
    );
    const [slowest] = loads.sort((a, b) => b.seconds - a.seconds);
    return {
      issues,
      objects: [...results.values()].reduce((sum, { read }) => sum + read, 0) - issues,
      used: loads.reduce((sum, { requests }) => sum + requests, 0),
      fewest: [...fewest.values()].reduce((sum, one) => sum + one, 0),
      above: [...results.values()]
        .map(({ resource, requests }) => ({
          ...{ table: resource, used: requests, fewest: fewest.get(resource) ?? 0 },
        }))
        .filter((one) => one.used > one.fewest),
      own429s: own429,
      slowest: slowest?.endpoint ?? '',
      seconds,
      leastSeconds: slowest?.seconds ?? 0,
    };
  } finally {
    await database.drop();
    await sandbox.stop();
  }
}
