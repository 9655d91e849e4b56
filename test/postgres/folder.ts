import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test as base, inject } from 'vitest';
import { digestOfSources } from '../../rolldown.config.ts';
import { migrate } from '../../src/db/schema/migrate.ts';
import { programDigest } from '../../src/db/schema/seal.ts';
import { freePort } from '../../src/postgres/credentials.ts';
import { identityOf } from '../../src/postgres/process.ts';
import { shutDown } from '../../src/postgres/server.ts';
import { makeDataFolder } from '../helpers/clusters.ts';
import { poolTo } from '../helpers/server.ts';
import { start } from './start.ts';

/** The pid in the folder's `postmaster.pid`, if any. */
export function serverPid(dataDir: string): number | undefined {
  const path = join(dataDir, 'postgres', 'data', 'postmaster.pid');
  return existsSync(path) ? Number.parseInt(readFileSync(path, 'utf8'), 10) : undefined;
}

/** Data folders of this worker in which a server has run before. */
const used: { made?: Promise<string>; migrated?: Promise<string> } = {};

async function newFolder(source?: string): Promise<string> {
  if (source === undefined) return makeDataFolder(inject('runFolder'), randomUUID());
  const copy = join(inject('runFolder'), randomUUID());
  // With the owners of its files.
  await promisify(execFile)('cp', ['-a', source, copy]);
  // Not the port of the other one, which may run at the same time, or come back where it was.
  const path = join(copy, 'postgres', 'access.json');
  const access = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...access, port: await freePort() }));
  return copy;
}

async function makeCluster(): Promise<string> {
  const dataDir = await newFolder();
  await (await start(dataDir)).stop();
  return dataDir;
}

async function migrateCluster(): Promise<string> {
  const dataDir = await copyCluster();
  const server = await start(dataDir);
  const pool = poolTo({ connectionString: server.url, max: 1 });
  await migrate(pool);
  await migrate(pool, { program: programDigest(digestOfSources()) });
  await pool.end();
  await server.stop();
  return dataDir;
}

/** A copy of a data folder with a cluster: to make a cluster takes longer than most tests of what comes after that. */
export async function copyCluster(): Promise<string> {
  used.made ??= makeCluster();
  return newFolder(await used.made);
}

/** The same of a cluster whose database is migrated. */
export async function copyMigratedCluster(): Promise<string> {
  used.migrated ??= migrateCluster();
  return newFolder(await used.migrated);
}

async function clear(dataDir: string): Promise<void> {
  const pid = serverPid(dataDir);
  const identity = pid && pid !== process.pid && (await identityOf(pid));
  if (identity) await shutDown({ pid, identity, port: 0 }, 2_000);
  const elsewhere = await readlink(join(dataDir, 'postgres')).catch(() => undefined);
  if (elsewhere !== undefined) await rm(elsewhere, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
}

/**
 * Tests with a data folder, empty (`dataDir`) or with the cluster of an earlier start (`usedDir`); whatever the test did,
 * its server is stopped and its files are removed.
 */
export const test = base.extend<{ dataDir: string; usedDir: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern
  dataDir: async ({}, use) => {
    const dataDir = await newFolder();
    await use(dataDir);
    await clear(dataDir);
  },
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern
  usedDir: async ({}, use) => {
    const dataDir = await copyCluster();
    await use(dataDir);
    await clear(dataDir);
  },
});
