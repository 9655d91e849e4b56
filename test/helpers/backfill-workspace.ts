import type { Sandbox, SandboxOptions } from '../../src/sandbox/start.ts';
import type { ResourceProgress } from '../../src/sync/pass/progress.ts';
import { type BackfillRun, runBackfill } from './backfill.ts';
import { test as base, type TestDatabase } from './database.ts';
import { startTrappedSandbox } from './sandbox.ts';

/** The sandbox's clock in tests: it stands still, so that what ticks there does not. */
export const NOW = Date.parse('2026-11-24T12:00:00Z');

/** A sandbox, and a backfill of it into the test's database as one process would run it. */
export interface Workspace {
  readonly sandbox: Sandbox;
  backfill(run?: BackfillRun): Promise<ReadonlyMap<string, ResourceProgress>>;
}

/** Starts a sandbox without limits whose clock stands still. */
async function openWorkspace(database: TestDatabase, options: SandboxOptions = {}): Promise<Workspace> {
  const sandbox = await startTrappedSandbox({ issues: 24, limits: 'none', now: () => NOW, ...options });
  return { sandbox, backfill: (run = {}) => runBackfill(sandbox, database.url, run) };
}

/** `test` with `open`, which starts a sandbox for this test's database and closes it afterwards. */
export const test = base.extend<{ open: (options?: SandboxOptions) => Promise<Workspace> }>({
  open: async ({ database }, use) => {
    const opened: Workspace[] = [];
    await use(async (options) => {
      const workspace = await openWorkspace(database, options);
      opened.push(workspace);
      return workspace;
    });
    for (const { sandbox } of opened) await sandbox.close();
  },
});
