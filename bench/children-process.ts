import { pathToFileURL } from 'node:url';
import type { ClientPlan, FromClient, ToClient } from './children-client.ts';

/** What `children-bundle.ts` exports of a tree. */
type Client = Pick<typeof import('../src/db/connection/connect.ts'), 'connect'> &
  Pick<typeof import('../src/db/schema/migrate.ts'), 'migrate'> &
  Pick<typeof import('../src/resources/index.ts'), 'resources'> &
  Pick<typeof import('../test/helpers/backfill.ts'), 'runBackfill'> &
  Pick<typeof import('../src/cli/process/heap.ts'), 'collectEarly'> &
  Partial<Pick<typeof import('../test/helpers/round-trips.ts'), 'countingRoundTrips'>>;

const uncounted: NonNullable<Client['countingRoundTrips']> = async (work) => ({
  result: await work(),
  asked: { statements: 0, transactions: 0, roundTrips: 0 },
});

/** The client of a tree: a backfill for each database that it is given. Ends with its parent. */
async function run({ client, pylon, resources: names }: ClientPlan): Promise<void> {
  const tree = (await import(pathToFileURL(client).href)) as Client;
  const { connect, migrate, resources, runBackfill, collectEarly, countingRoundTrips } = tree;
  const counting = countingRoundTrips ?? uncounted;
  collectEarly();

  const backfill = async (database: string): Promise<FromClient> => {
    const db = await connect(database);
    await migrate(db.pool);
    await db.close();
    const usedBefore = process.cpuUsage();
    const startedAt = performance.now();
    const { result, asked } = await counting(() =>
      runBackfill(pylon, database, {
        resources: resources.filter(({ name }) => names.includes(name)),
        client: { timeoutMs: 60_000 },
      }),
    );
    const seconds = (performance.now() - startedAt) / 1_000;
    const used = process.cpuUsage(usedBefore);
    for (const { resource, state, error } of result.values())
      if (state !== 'done') throw new Error(`the backfill of ${resource} ${state}: ${error}`);
    return {
      requests: [...result.values()].reduce((sum, progress) => sum + progress.requests, 0),
      seconds,
      cpuMs: (used.user + used.system) / 1_000,
      ...(countingRoundTrips && { asked }),
    };
  };
  process.once('disconnect', () => process.exit());
  process.on('message', async ({ database }: ToClient) => process.send?.(await backfill(database)));
  process.send?.('ready');
}

await run(JSON.parse(process.argv[2] ?? '') as ClientPlan);
