import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { collectEarly } from '../src/cli/process/heap.ts';
import type { ClientPlan, FromClient, ToClient } from './children-client.ts';

/** A module of a tree, wherever in its folder it stands. */
async function moduleOf<T>(root: string, folder: string, name: string): Promise<T> {
  const [found] = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => `/${path}`.endsWith(`/${name}`))
    .sort((a, b) => a.length - b.length);
  if (found === undefined) throw new Error(`${root} has no ${folder}/${name}`);
  return import(pathToFileURL(join(root, folder, found)).href) as Promise<T>;
}

/** The client of the tree in a folder: a backfill for each database that it is given. Ends with its parent. */
async function run({ root, pylon, resources: names }: ClientPlan): Promise<void> {
  const { connect } = await moduleOf<typeof import('../src/db/connection/connect.ts')>(
    root,
    'src/db',
    'connect.ts',
  );
  const { migrate } = await moduleOf<typeof import('../src/db/schema/migrate.ts')>(
    root,
    'src/db',
    'migrate.ts',
  );
  const { resources } = await moduleOf<typeof import('../src/resources/index.ts')>(
    root,
    'src/resources',
    'index.ts',
  );
  const { runBackfill } = await moduleOf<typeof import('../test/helpers/backfill.ts')>(
    root,
    'test/helpers',
    'backfill.ts',
  );
  const isOurs = join(root, '.') === join(fileURLToPath(new URL('..', import.meta.url)), '.');
  // Another tree has a `pg` of its own, in which nothing is counted.
  const { countingRoundTrips } = await import('../test/helpers/round-trips.ts');

  const backfill = async (database: string): Promise<FromClient> => {
    const db = await connect(database);
    await migrate(db.pool);
    await db.close();
    const usedBefore = process.cpuUsage();
    const startedAt = performance.now();
    const { result, asked } = await countingRoundTrips(() =>
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
      ...(isOurs && { asked }),
    };
  };
  process.once('disconnect', () => process.exit());
  process.on('message', async ({ database }: ToClient) => process.send?.(await backfill(database)));
  process.send?.('ready');
}

collectEarly();
await run(JSON.parse(process.argv[2] ?? '') as ClientPlan);
