import { noteRereads } from '../../src/db/rereads.ts';
import { countLive } from '../../src/db/rows.ts';
import { changing } from '../../src/db/transaction.ts';
import type { Resource } from '../../src/resources/define.ts';
import { resources as allResources, resourceNamed } from '../../src/resources/index.ts';
import { listed } from '../../src/resources/listed.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/start.ts';
import { newPuller, type Puller } from '../../src/sync/changes.ts';
import type { Context } from '../../src/sync/context.ts';
import type { ResourceProgress } from '../../src/sync/progress.ts';
import { newRereads } from '../../src/sync/rereads.ts';
import { resweepOf } from '../../src/sync/resweep.ts';
import { readWhole } from '../../src/sync/whole.ts';
import { bindToken } from '../../src/sync/workspace.ts';
import { NOW } from './backfill-workspace.ts';
import { type Address, type ContextOptions, openContext } from './context.ts';
import { test as base } from './database.ts';
import { expectDocumentedBodies } from './documented-bodies.ts';

export interface SessionOptions extends ContextOptions {
  readonly resources?: readonly Resource[];
  readonly overlapSeconds?: number;
  readonly since?: string;
  /** Whether everything is read before the test begins; default true. */
  readonly isRead?: boolean;
  /** Changes the workspace before anything is read. */
  readonly prepare?: (sandbox: Sandbox) => void;
}

type Results = ReadonlyMap<string, ResourceProgress>;

/** The daemon's passes, one at a time and when a test says so. */
export interface Session {
  readonly ctx: Context;
  readonly puller: Puller;
  /** What was never read whole. */
  first(): Promise<Results>;
  pull(): Promise<readonly ResourceProgress[]>;
  lists(only?: readonly string[]): Promise<Results>;
  reconcile(only?: readonly string[]): Promise<Results>;
  /** Reads again what waits for it; the number of records. */
  drain(): Promise<number>;
  hint(resource: string, id: string): Promise<void>;
  /** Reads the listings again of all parents that do not seem to have changed. */
  resweep(only?: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** One process's work on a database, under a lease of its own. */
export async function openSession(
  sandbox: Address,
  url: string,
  options: SessionOptions = {},
): Promise<Session> {
  const { resources = allResources, overlapSeconds = 300, since } = options;
  const { ctx, close } = await openContext(sandbox, url, options);
  await bindToken(ctx);
  const pulling = { resources, windowDays: 30, overlapSeconds, since };
  const puller = newPuller(ctx, pulling);
  const rereads = newRereads(ctx, resources, puller.follow);
  let closed = false;
  const whole = async (
    kind: 'backfill' | 'lists' | 'reconcile',
    which: readonly Resource[],
    finished: 'keep' | 'again',
  ) => {
    const results = await readWhole(ctx, { ...pulling, kind, resources: which, finished });
    return new Map(results.map((progress) => [progress.resource, progress]));
  };
  return {
    ctx,
    puller,
    first: () => whole('backfill', resources, 'keep'),
    pull: () => puller.pull(),
    lists: (only) => whole('lists', only?.map(resourceNamed) ?? listed(resources), 'again'),
    reconcile: (only) => whole('reconcile', only?.map(resourceNamed) ?? resources, 'again'),
    async drain() {
      const counts = await Promise.all((await rereads.waiting()).map((name) => rereads.drain(name)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    async resweep(only) {
      for (const resource of only?.map(resourceNamed) ?? resources) {
        if (resource.pull.by !== 'parent') continue;
        const parents = await countLive(ctx.db.orm, resourceNamed(resource.pull.parent).table);
        const sweep = resweepOf(ctx, resource, resource.pull, { share: 1 });
        // Ten at a time, the oldest first.
        for (let read = 0; read < parents; read += 10) await sweep.work();
      }
    },
    hint: (resource, id) => changing(ctx.db, (tx) => noteRereads(tx, resource, [id], {}, 'hint')),
    async close() {
      if (closed) return;
      closed = true;
      await close();
    },
  };
}

/** A sandbox whose clock a test moves, and its mirror as one process keeps it. */
export interface Mirrored {
  readonly sandbox: Sandbox;
  readonly session: Session;
  /** Moves Pylon's clock. */
  pass(seconds: number): void;
  /** The session of the process that follows, once this one's is closed. */
  reopen(options?: SessionOptions): Promise<Session>;
}

/** `test` with `mirror`, which reads a sandbox whole into this test's database; all is closed afterwards. */
export const test = base.extend<{
  mirror: (options?: SandboxOptions, session?: SessionOptions) => Promise<Mirrored>;
}>({
  mirror: async ({ database }, use) => {
    const opened: { close(): Promise<void> }[] = [];
    const sandboxes: Sandbox[] = [];
    await use(async (sandboxOptions = {}, sessionOptions = {}) => {
      let now = NOW;
      const sandbox = await startSandbox({ issues: 60, limits: 'none', now: () => now, ...sandboxOptions });
      opened.push(sandbox);
      sandboxes.push(sandbox);
      sessionOptions.prepare?.(sandbox);
      const reopen = async (options = sessionOptions) => {
        const client = { wallClock: () => now, ...options.client };
        const session = await openSession(sandbox, database.url, { ...options, client });
        opened.unshift(session);
        return session;
      };
      const session = await reopen();
      const read = sessionOptions.isRead === false ? new Map() : await session.first();
      for (const { resource, state, error } of read.values())
        if (state !== 'done') throw new Error(`${resource}: ${state} (${error})`);
      return {
        sandbox,
        session,
        pass: (seconds) => {
          now += seconds * 1_000;
        },
        reopen,
      };
    });
    for (const one of opened) await one.close();
    for (const { requests } of sandboxes) expectDocumentedBodies(requests);
  },
});
