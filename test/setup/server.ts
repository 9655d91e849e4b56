import { rm } from 'node:fs/promises';
import type { ProvidedContext } from 'vitest';
import type { TestProject } from 'vitest/node';
import { digestOfSources } from '../../rolldown.config.ts';
import { migrate } from '../../src/db/schema/migrate.ts';
import { programDigest } from '../../src/db/schema/seal.ts';
import { startEmbedded } from '../../src/postgres/embedded.ts';
import { abandonRun, makeDataFolder, makeRunFolder, sweepRuns } from '../helpers/clusters.ts';
import { type Contents, canBeEmptied, readContents } from '../helpers/contents.ts';
import {
  copyingOf,
  DATABASE_PREFIX,
  hashOnce,
  onServer,
  poolTo,
  TEST_SETTINGS,
  withDatabase,
} from '../helpers/server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A server of the tests, the migrated database that `createDatabase` copies, and how it is to copy. */
    server: {
      readonly url: string;
      readonly template: string;
      readonly copying: string;
      /** How copies are emptied for another test; undefined where they cannot be. */
      readonly untouched: Contents | undefined;
    };
    /** Files of this run, removed with it. */
    runFolder: string;
  }
}

interface TestServer {
  readonly url: string;
  readonly copying: string;
  stop(): Promise<void>;
}

/** What a run has opened, and how many of its projects use it. */
interface Shared {
  readonly opened: Promise<Opened>;
  users: number;
}

interface Opened {
  readonly server: ProvidedContext['server'];
  readonly runFolder: string;
  close(): Promise<void>;
}

/** Vitest loads this module once for each project: what they share has to be kept outside of it. */
const SHARED = Symbol.for('pylon-sync.test-server');
const run = globalThis as { [SHARED]?: Shared };

/** One server and one migrated template a run, whatever the number of its projects that need them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = run[SHARED] ?? { opened: open(), users: 0 };
  run[SHARED] = shared;
  shared.users += 1;
  const { server, runFolder, close } = await shared.opened;
  project.provide('server', server);
  project.provide('runFolder', runFolder);
  return async () => {
    shared.users -= 1;
    if (shared.users === 0) await close();
  };
}

/**
 * Whatever fails here fails the run, and leaves nothing; so does an interrupted vitest, which exits without
 * tearing down. What a `kill -9` left goes at the next run.
 */
async function open(): Promise<Opened> {
  await sweepRuns();
  const run = await makeRunFolder();
  const abandon = () => abandonRun(run);
  process.once('exit', abandon);
  const template = `${DATABASE_PREFIX}${process.pid}_template`;
  try {
    const server = await openServer(run);
    const untouched = await makeTemplate(server.url, template);
    return {
      server: { url: server.url, template, copying: server.copying, untouched },
      runFolder: run,
      async close() {
        // Vitest prints what a teardown throws and calls the run a success all the same.
        const before = process.exitCode;
        process.exitCode = 1;
        const kept = await closeDatabases(server.url, template);
        await server.stop();
        process.exitCode = before;
        process.off('exit', abandon);
        if (kept === 0) await rm(run, { recursive: true, force: true });
        else
          process.stderr.write(`Open an embedded server's with: npx tsx scripts/open-kept.ts ${run}/main\n`);
      },
    };
  } catch (error) {
    process.off('exit', abandon);
    abandon();
    throw error;
  }
}

async function makeTemplate(server: string, name: string): Promise<Contents | undefined> {
  await onServer(server, (client) => client.query(`CREATE DATABASE ${name}`));
  const pool = poolTo({ connectionString: withDatabase(server, name), max: 1 });
  try {
    await migrate(pool);
    // As after the second start of the program that tests start: none of them has to look through its copy.
    await migrate(pool, { program: programDigest(digestOfSources()) });
    const client = await pool.connect();
    const untouched = (await canBeEmptied(client)) ? await readContents(client) : undefined;
    client.release();
    await pool.end();
    return untouched;
  } catch (error) {
    await pool.end();
    await onServer(server, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    throw error;
  }
}

async function openServer(run: string): Promise<TestServer> {
  for (const name of ['TEST_DATABASE_URL', 'DATABASE_URL']) {
    const url = process.env[name];
    if (url !== undefined && url !== '') return givenServer(name, url);
  }
  const binaries = process.env.TEST_POSTGRES_BINARIES;
  const server = await startEmbedded({
    dataDir: await makeDataFolder(run, 'main'),
    settings: TEST_SETTINGS,
    ...(binaries === undefined ? {} : { binaries }),
    ...(process.env.PATH === undefined ? {} : { path: process.env.PATH }),
  });
  await hashOnce(server.url);
  return { url: server.url, copying: await copyingOf(server.url), stop: () => server.stop() };
}

/** A server that is not ours: only databases of this run's making are touched. */
async function givenServer(name: string, url: string): Promise<TestServer> {
  const mayCreate = await onServer(url, async (client) => {
    const { rows } = await client.query<{ yes: boolean }>(
      'SELECT rolcreatedb OR rolsuper AS yes FROM pg_roles WHERE rolname = current_user',
    );
    return rows[0]?.yes === true;
  }).catch((cause) => {
    throw new Error(`cannot connect to ${name}: start that server, or unset ${name} to use an embedded one`, {
      cause,
    });
  });
  if (!mayCreate) {
    throw new Error(
      `the user of ${name} may not create databases: ALTER ROLE … CREATEDB, or unset ${name} to use an embedded server`,
    );
  }
  // Its disk may be slow, and waits for what is copied file by file.
  return { url, copying: '', stop: async () => {} };
}

/** Removes the run's databases but those of failed tests: these are named, and counted. */
async function closeDatabases(url: string, template: string): Promise<number> {
  return onServer(url, async (client) => {
    const { rows } = await client.query<{ name: string; test: string | null }>(
      `SELECT datname AS name, shobj_description(oid, 'pg_database') AS test FROM pg_database
        WHERE starts_with(datname, $1)`,
      [template.replace(/template$/, '')],
    );
    const kept = rows.filter(({ test }) => test !== null);
    for (const { name, test } of rows) {
      if (test === null) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      else process.stderr.write(`Database kept: ${name} (${test})\n`);
    }
    return kept.length;
  });
}
