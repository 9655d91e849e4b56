import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test as base, inject } from 'vitest';
import { identityOf } from '../../src/postgres/process.ts';
import { shutDown } from '../../src/postgres/server.ts';
import { makeDataFolder } from '../helpers/clusters.ts';

/** The pid in the folder's `postmaster.pid`, if any. */
export function serverPid(dataDir: string): number | undefined {
  const path = join(dataDir, 'postgres', 'data', 'postmaster.pid');
  return existsSync(path) ? Number.parseInt(readFileSync(path, 'utf8'), 10) : undefined;
}

/** Tests with a data folder; whatever the test did, its server is stopped and its files are removed. */
export const test = base.extend<{ dataDir: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern
  dataDir: async ({}, use) => {
    const dataDir = await makeDataFolder(inject('runFolder'), randomUUID());
    await use(dataDir);
    const pid = serverPid(dataDir);
    const identity = pid && pid !== process.pid && (await identityOf(pid));
    if (identity) await shutDown({ pid, identity, port: 0 }, 2_000);
    const elsewhere = await readlink(join(dataDir, 'postgres')).catch(() => undefined);
    if (elsewhere !== undefined) await rm(elsewhere, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  },
});
