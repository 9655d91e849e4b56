import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { launchBrisk } from './brisk.ts';
import { type Launched, launch, type Running } from './command.ts';
import { type TestDatabase, test as withDatabase } from './database.ts';
import { startTrappedSandbox } from './sandbox.ts';

export interface Setting {
  readonly sandbox: Sandbox;
  readonly database: TestDatabase;
  /** An empty folder of the test's own. */
  readonly folder: string;
  /** The environment of a command that mirrors the sandbox into the database, at no limit to speak of. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts a real process, which ends with its test, also where tests run side by side. */
  readonly start: (...given: Parameters<typeof launch>) => Running;
  /** The same of one that waits less than is promised. */
  readonly startBrisk: (...given: Parameters<typeof launchBrisk>) => Running;
}

/** Lends `begin` to a test, and ends what it began. */
async function withEnding<Given extends readonly unknown[]>(
  begin: (...given: Given) => Launched,
  use: (begin: (...given: Given) => Running) => Promise<void>,
): Promise<void> {
  const launched: Launched[] = [];
  await use((...given) => {
    const process = begin(...given);
    launched.push(process);
    return process;
  });
  await Promise.all(launched.map((process) => process.stop()));
}

/** `test` with a sandbox, a migrated database and an environment that joins them. */
export const test = withDatabase.extend<Omit<Setting, 'database'>>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs.
  sandbox: async ({}, use) => {
    const sandbox = await startTrappedSandbox({ issues: 24, limits: 'none' });
    await use(sandbox);
    await sandbox.close();
  },
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs.
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'pylon-sync-'));
    await use(folder);
    await rm(folder, { recursive: true });
  },
  env: async ({ sandbox, database, folder }, use) => {
    const limits = join(folder, 'limits.json');
    await writeFile(limits, '{"interval_ms": 50}');
    await use({
      PYLON_API_URL: sandbox.url,
      PYLON_API_TOKEN: sandbox.token,
      DATABASE_URL: database.url,
      PYLON_RATE_LIMITS: limits,
      PYLON_SYNC_HTTP: '127.0.0.1:0',
      PYLON_SYNC_CUSTOM_OBJECTS: 'license,device',
      PYLON_SYNC_DATA_DIR: folder,
    });
  },
  // After the environment, so that processes end before what they use does.
  start: async ({ env: _, database }, use) => {
    await database.seal();
    await withEnding(launch, use);
  },
  startBrisk: async ({ env: _, database }, use) => {
    await database.seal();
    await withEnding(launchBrisk, use);
  },
});
