import { sql } from 'drizzle-orm';
import { connect, type Database } from '../src/db/connection/connect.ts';
import { documentedLimits } from '../src/pylon/limits/limits.ts';
import type { Resource } from '../src/resources/define.ts';
import { resourceNamed, resources } from '../src/resources/index.ts';
import { runBackfill } from '../test/helpers/backfill.ts';
import type { BenchServer } from './postgres.ts';
import { startSandboxProcess } from './sandbox.ts';

/** How a backfill of everything used the requests it is allowed. */
export interface Requests {
  readonly issues: number;
  readonly used: number;
  /** By anyone who does not know beforehand where the history ends. */
  readonly fewest: number;
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
  const sandbox = await startSandboxProcess({ kind: 'limited', issues, minuteMs: MINUTE_MS });
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
    const [slowest] = loads.sort((a, b) => b.seconds - a.seconds);
    return {
      issues,
      used: loads.reduce((sum, { requests }) => sum + requests, 0),
      fewest: await fewestRequests(database.url),
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

/** What the listings need at the least, from what the mirror holds once it is whole. */
async function fewestRequests(url: string): Promise<number> {
  const db = await connect(url);
  try {
    const each = await Promise.all(resources.map((resource) => fewestOf(db, resource)));
    return each.reduce((sum, one) => sum + one, 0);
  } finally {
    await db.close();
  }
}

const pagesOf = (rows: number, limit: number | undefined) =>
  limit === undefined ? 1 : Math.max(1, Math.ceil(rows / limit));

async function fewestOf(db: Database, { table, pull }: Resource): Promise<number> {
  const number = async (query: ReturnType<typeof sql>) =>
    Number((await db.orm.execute<{ n: string }>(query)).rows[0]?.n ?? 0);
  const rows = () => number(sql`SELECT count(*) AS n FROM ${table}`);
  switch (pull.by) {
    case 'object':
      return 1;
    case 'list':
      return (pull.variants?.length ?? 1) - 1 + pagesOf(await rows(), pull.limit);
    case 'types': {
      const column = sql.identifier(pull.column);
      return number(
        sql`SELECT sum(ceil(n / ${pull.limit}::numeric)) AS n FROM (SELECT count(*) AS n FROM ${table} GROUP BY ${column}) AS types`,
      );
    }
    case 'search':
    case 'slices':
      return pagesOf(await rows(), pull.limit);
    case 'reference': {
      const { table: from } = resourceNamed(pull.from.resource);
      return number(sql`SELECT count(DISTINCT ${sql.identifier(pull.from.column)}) AS n FROM ${from}`);
    }
    case 'window':
      // A page a window that holds something at the least, and one search for each stretch without and the end.
      return number(sql`
        WITH windows AS (
          SELECT floor(extract(epoch FROM now() - created_at) / 86400 / 30) AS back, count(*) AS held
            FROM ${table} GROUP BY 1)
        SELECT sum(ceil(held / ${pull.limit}::numeric))
               + (SELECT count(*) FROM windows AS w
                   WHERE NOT EXISTS (SELECT FROM windows AS older WHERE older.back = w.back + 1)) AS n
          FROM windows`);
    case 'parent': {
      const parent = resourceNamed(pull.parent).table;
      const { rows: parents } = await db.orm.execute<Record<string, unknown> & { children: string }>(sql`
        SELECT p.*, (SELECT count(*) FROM ${table} AS c
                      WHERE c.${sql.identifier(pull.foreignKey)} = p.id) AS children FROM ${parent} AS p
         WHERE ${pull.where === undefined ? sql`true` : sql`p.${sql.identifier(pull.where.column)} = ${pull.where.is}`}`);
      return parents.reduce((sum, row) => {
        const variants = pull.variants === undefined ? 1 : pull.variants(row).length;
        return (
          sum +
          Math.max(variants, variants * pagesOf(Number(row.children) / Math.max(1, variants), pull.limit))
        );
      }, 0);
    }
  }
}
