import { rm } from 'node:fs/promises';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../src/db/migrate.ts';
import { startEmbedded } from '../src/postgres/embedded.ts';
import { abandonCluster, makeClusterFolder, sweepClusters } from './helpers/clusters.ts';
import { DATABASE_PREFIX, onServer, withDatabase } from './helpers/server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A server of the tests, and the migrated database that `createDatabase` copies. */
    server: { readonly url: string; readonly template: string };
  }
}

/** A run's data is worthless the moment it ends: nothing waits for a disk. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '64MB',
  max_connections: '200',
  max_wal_size: '256MB',
  autovacuum_naptime: '1h',
};

interface TestServer {
  readonly url: string;
  /** Called with the databases that failed tests left behind. */
  close(kept: readonly string[]): Promise<void>;
}

/** One server and one migrated template a run; whatever fails here fails the run, and leaves nothing. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await openServer();
  const template = `${DATABASE_PREFIX}${process.pid}_template`;
  try {
    await onServer(server.url, (client) => client.query(`CREATE DATABASE ${template}`));
    await migrateTemplate(withDatabase(server.url, template));
    project.provide('server', { url: server.url, template });
  } catch (error) {
    await close(server, template);
    throw error;
  }
  return () => close(server, template);
}

async function migrateTemplate(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  try {
    await migrate(pool);
  } finally {
    await pool.end();
  }
}

async function openServer(): Promise<TestServer> {
  for (const name of ['TEST_DATABASE_URL', 'DATABASE_URL']) {
    const url = process.env[name];
    if (url !== undefined && url !== '') return givenServer(name, url);
  }
  return ownServer();
}

/** A server that is not ours: only databases of this run's making are touched. */
async function givenServer(name: string, url: string): Promise<TestServer> {
  const may = await onServer(url, async (client) => {
    const { rows } = await client.query<{ yes: boolean }>(
      'SELECT rolcreatedb OR rolsuper AS yes FROM pg_roles WHERE rolname = current_user',
    );
    return rows[0]?.yes === true;
  }).catch((cause) => {
    throw new Error(`cannot connect to ${name}: start that server, or unset ${name} to use an embedded one`, {
      cause,
    });
  });
  if (!may) {
    throw new Error(
      `the user of ${name} may not create databases: ALTER ROLE … CREATEDB, or unset ${name} to use an embedded server`,
    );
  }
  return { url, close: async () => {} };
}

/** A cluster in a folder of its own, gone with the run however it ends; what a `kill -9` left goes next time. */
async function ownServer(): Promise<TestServer> {
  await sweepClusters();
  const folder = await makeClusterFolder();
  const abandon = () => abandonCluster(folder);
  process.once('exit', abandon);
  const binaries = process.env.TEST_POSTGRES_BINARIES;
  const embedded = await startEmbedded({
    dataDir: folder,
    settings: SETTINGS,
    ...(binaries === undefined ? {} : { binaries }),
    ...(process.env.PATH === undefined ? {} : { path: process.env.PATH }),
  }).catch(async (error) => {
    process.off('exit', abandon);
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  return {
    url: embedded.url,
    async close(kept) {
      process.off('exit', abandon);
      await embedded.stop();
      if (kept.length === 0) await rm(folder, { recursive: true, force: true });
      else process.stderr.write(`\nOpen them with: npx tsx scripts/open-kept.ts ${folder}\n`);
    },
  };
}

async function close(server: TestServer, template: string): Promise<void> {
  const kept = await onServer(server.url, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
    const { rows } = await client.query<{ name: string; test: string }>(
      `SELECT datname AS name, shobj_description(oid, 'pg_database') AS test FROM pg_database
        WHERE starts_with(datname, $1) AND shobj_description(oid, 'pg_database') IS NOT NULL`,
      [`${DATABASE_PREFIX}${process.pid}_`],
    );
    return rows;
  }).catch(() => []);
  for (const { name, test } of kept) process.stderr.write(`Database kept: ${name} (${test})\n`);
  await server.close(kept.map(({ name }) => name));
}
