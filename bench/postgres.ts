import { rm } from 'node:fs/promises';
import { connect } from '../src/db/connection/connect.ts';
import { migrate } from '../src/db/schema/migrate.ts';
import { startEmbedded } from '../src/postgres/embedded.ts';
import { abandonRun, makeDataFolder, makeRunFolder } from '../test/helpers/clusters.ts';
import { onServer, TEST_SETTINGS, withDatabase } from '../test/helpers/server.ts';

export interface BenchServer {
  readonly url: string;
  /** Files of this run, removed with it. */
  readonly folder: string;
  /** A database of its own, migrated unless it is to be empty; removed by `drop`, whoever is still connected. */
  createDatabase(options?: {
    readonly isEmpty: boolean;
  }): Promise<{ readonly url: string; drop(): Promise<void> }>;
  stop(): Promise<void>;
}

const TEMPLATE = 'bench_template';

/** The embedded Postgres with the settings of the tests, in a folder that goes with it, interrupted or not. */
export async function startServer(): Promise<BenchServer> {
  const folder = await makeRunFolder();
  const abandon = () => abandonRun(folder);
  process.once('exit', abandon);
  const removeFolder = async () => {
    process.off('exit', abandon);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const embedded = await startEmbedded({
      dataDir: await makeDataFolder(folder, 'main'),
      settings: TEST_SETTINGS,
      path: process.env.PATH ?? '',
    });
    const stop = async () => {
      await embedded.stop();
      await removeFolder();
    };
    try {
      await makeTemplate(embedded.url);
    } catch (error) {
      await stop();
      throw error;
    }
    return { url: embedded.url, folder, createDatabase: databases(embedded.url), stop };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function makeTemplate(server: string): Promise<void> {
  await onServer(server, (client) => client.query(`CREATE DATABASE ${TEMPLATE}`));
  const db = await connect(withDatabase(server, TEMPLATE));
  try {
    await migrate(db.pool);
  } finally {
    await db.close();
  }
}

function databases(server: string): BenchServer['createDatabase'] {
  let made = 0;
  return async ({ isEmpty } = { isEmpty: false }) => {
    made += 1;
    const name = `bench_${made}`;
    await onServer(server, (client) =>
      client.query(`CREATE DATABASE ${name} TEMPLATE ${isEmpty ? 'template1' : TEMPLATE}`),
    );
    return {
      url: withDatabase(server, name),
      drop: () =>
        onServer(server, async (client) => {
          await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
        }),
    };
  };
}
