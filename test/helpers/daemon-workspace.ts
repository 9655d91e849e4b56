import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tempo } from '../../src/cli/process/tempo.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/start.ts';
import { BRISK_COMMAND } from '../setup/program.ts';
import { briskly } from './brisk.ts';
import { COMMAND, type Launched, launch } from './command.ts';
import { ALL, expectMirror, firstDiffering } from './compare-mirror.ts';
import { createDatabase, type OwnDatabase } from './database.ts';
import { startTrappedSandbox } from './sandbox.ts';

/** Cron of what comes round each second, and of what does not come round in a test. */
export const EACH_SECOND = '* * * * * *';
export const NEVER = '0 0 1 1 *';

/** What a daemon says where a schedule of seconds is too much for the machine, or for its way to Pylon. */
export const TOO_SLOW = /pass outlasts its schedule|a resource lags behind its schedule/;

type Variables = Readonly<Record<string, string>>;

export interface WorkspaceOptions {
  readonly sandbox?: SandboxOptions;
  /** What the file of limits holds; default: a minute of 50 ms. */
  readonly limits?: { readonly interval_ms: number; readonly limits?: Readonly<Record<string, number>> };
  readonly env?: Variables;
  /** Where given, processes wait less than is promised, or for so long. */
  readonly tempo?: Partial<Tempo>;
}

/** A sandbox, a migrated database and the environment of commands that mirror the one into the other. */
export interface DaemonWorkspace {
  readonly sandbox: Sandbox;
  readonly database: OwnDatabase;
  readonly env: Variables;
  /** Starts a command, which is ended with the workspace. */
  launch(words: readonly string[], env?: Variables): Launched;
  close(): Promise<void>;
}

export async function openDaemonWorkspace(options: WorkspaceOptions = {}): Promise<DaemonWorkspace> {
  const { limits = { interval_ms: 50 }, tempo } = options;
  const folder = await mkdtemp(join(tmpdir(), 'pylon-sync-daemon-'));
  const file = join(folder, 'limits.json');
  await writeFile(file, JSON.stringify(limits));
  const sandbox = await startTrappedSandbox({ issues: 24, limits: 'none', ...options.sandbox });
  const database = await createDatabase();
  await database.seal();
  const env = {
    PYLON_API_URL: sandbox.url,
    PYLON_API_TOKEN: sandbox.token,
    DATABASE_URL: database.url,
    PYLON_RATE_LIMITS: file,
    PYLON_SYNC_HTTP: 'off',
    PYLON_SYNC_CUSTOM_OBJECTS: 'license,device',
    PYLON_SYNC_SCHEDULE: EACH_SECOND,
    PYLON_SYNC_LIST_SCHEDULE: '*/2 * * * * *',
    PYLON_SYNC_RECONCILE_SCHEDULE: '*/5 * * * * *',
    PYLON_SYNC_OVERLAP: '5',
    ...(tempo && briskly(tempo)),
    ...options.env,
  };
  const launched: Launched[] = [];
  return {
    sandbox,
    database,
    env,
    launch(words, more = {}) {
      const process = launch(
        words,
        { ...env, ...more },
        folder,
        tempo === undefined ? COMMAND : BRISK_COMMAND,
      );
      launched.push(process);
      return process;
    },
    async close() {
      await Promise.all(launched.map((process) => process.stop()));
      await sandbox.close();
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Resolves once the mirror equals the sandbox; rejects with what differs when it does not within the time. */
export async function untilMirrored(
  { database, sandbox }: Pick<DaemonWorkspace, 'database' | 'sandbox'>,
  { withinMs, names }: { readonly withinMs: number; readonly names?: readonly string[] },
): Promise<void> {
  const deadline = performance.now() + withinMs;
  let order = names ?? ALL;
  while (performance.now() < deadline) {
    const differing = await firstDiffering(database.pool, sandbox, order, { ticking: true });
    if (differing === undefined) return;
    // What has differed is looked at first: the rest costs nothing until it is equal.
    order = [differing, ...order.filter((name) => name !== differing)];
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  await expectMirror(database.pool, sandbox, names, { ticking: true });
}
