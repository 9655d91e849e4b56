import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { changing } from '../../src/db/lease/transaction.ts';
import { noteRereads } from '../../src/db/mirror/rereads.ts';
import { countLive } from '../../src/db/mirror/rows.ts';
import type { Resource } from '../../src/resources/define.ts';
import { resources as allResources, resourceNamed } from '../../src/resources/index.ts';
import { listed } from '../../src/resources/listed.ts';
import type { RequestRecord } from '../../src/sandbox/server/requests.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/start.ts';
import type { Context } from '../../src/sync/pass/context.ts';
import type { ResourceProgress } from '../../src/sync/pass/progress.ts';
import { quarantine } from '../../src/sync/push/quarantine.ts';
import { newPuller, type Puller } from '../../src/sync/runs/changes.ts';
import { fullSync } from '../../src/sync/runs/full-sync.ts';
import { newRereads } from '../../src/sync/runs/reread-queue.ts';
import { resweepOf } from '../../src/sync/runs/resweep.ts';
import { bindToken } from '../../src/sync/session/workspace.ts';
import { NOW } from './backfill-workspace.ts';
import { type Address, type ContextOptions, openContext } from './context.ts';
import { test as base, type Reserved, reserveDatabase, type TestDatabase } from './database.ts';
import { expectDocumentedBodies } from './documented-bodies.ts';
import { startTrappedSandbox } from './sandbox.ts';
import { snapshot } from './snapshots.ts';

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
  /** The same, contents compared. */
  reconcileDeep(only?: readonly string[]): Promise<Results>;
  /** Reads again what waits for it; the number of records. */
  drain(): Promise<number>;
  /** `facts`: what the path of the request for the record has beside its id. */
  hint(resource: string, id: string, facts?: Readonly<Record<string, string>>): Promise<void>;
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
  await quarantine(ctx);
  const pulling = { resources, windowDays: 30, overlapSeconds, since };
  const puller = newPuller(ctx, pulling);
  const rereads = newRereads(ctx, resources, puller.follow);
  let closed = false;
  const whole = async (
    kind: 'backfill' | 'lists' | 'reconcile',
    which: readonly Resource[],
    finished: 'keep' | 'again',
    deep = false,
  ) => {
    const results = await fullSync(ctx, { ...pulling, kind, resources: which, finished, deep });
    return new Map(results.map((progress) => [progress.resource, progress]));
  };
  return {
    ctx,
    puller,
    first: () => whole('backfill', resources, 'keep'),
    pull: () => puller.pull(),
    lists: (only) => whole('lists', only?.map(resourceNamed) ?? listed(resources), 'again'),
    reconcile: (only) => whole('reconcile', only?.map(resourceNamed) ?? resources, 'again'),
    reconcileDeep: (only) => whole('reconcile', only?.map(resourceNamed) ?? resources, 'again', true),
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
    hint: (resource, id, facts = {}) =>
      changing(ctx.db, (tx) => noteRereads(tx, resource, [id], facts, 'hint')),
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

/** Reads everything once. */
async function readAll({ first }: Session): Promise<void> {
  for (const { resource, state, error } of (await first()).values())
    if (state !== 'done') throw new Error(`${resource}: ${state} (${error})`);
}

/** Removes the saved identity of a database, so that its copies count as originals and keep the edits that wait in them. */
async function forgetIdentity({ ctx }: Session): Promise<void> {
  await changing(ctx.db, (tx) => tx.execute(sql`DELETE FROM pylon_sync.settings WHERE key = 'identity'`));
}

/**
 * What the content of a mirror depends on, once everything is read; undefined where the reading is to be watched or
 * disturbed.
 */
function contentOf({ world }: Sandbox, options: SandboxOptions, session: SessionOptions): string | undefined {
  const { client, signal, writers, isRead, prepare, resources = allResources, ...rest } = session;
  const isOwn = resources.some((resource) => resource !== resourceNamed(resource.name));
  const isWatched = isRead === false || client !== undefined || signal !== undefined || writers !== undefined;
  if (isOwn || isWatched || Object.values(options).some((value) => typeof value === 'function'))
    return undefined;
  // The same for the same options, unless somebody has changed it.
  const served = prepare === undefined ? [] : allResources.map(({ name }) => [...world.all(name)]);
  return JSON.stringify([options, rest, resources.map(({ name }) => name), served]);
}

/** Opens mirrors in one database, which are closed together. */
interface Mirrors {
  open(options?: SandboxOptions, session?: SessionOptions): Promise<Mirrored>;
  close(): Promise<void>;
}

function newMirrors(reserved: Reserved): Mirrors {
  const opened: { close(): Promise<void> }[] = [];
  const sandboxes: Sandbox[] = [];
  return {
    async open(sandboxOptions = {}, sessionOptions = {}) {
      let now = NOW;
      // A clock that stood still would give two passes one name: each look at it takes a millisecond.
      let looks = 0;
      const wallClock = () => {
        looks += 1;
        return now + looks;
      };
      const sandbox = await startTrappedSandbox({
        issues: 24,
        limits: 'none',
        now: () => now,
        ...sandboxOptions,
      });
      opened.push(sandbox);
      sandboxes.push(sandbox);
      let isDisturbed = false;
      const add: Sandbox['faults']['add'] = (fault) => {
        isDisturbed = true;
        sandbox.faults.add(fault);
      };
      sessionOptions.prepare?.({ ...sandbox, faults: { ...sandbox.faults, add } });
      const content =
        reserved.isMade() || isDisturbed ? undefined : contentOf(sandbox, sandboxOptions, sessionOptions);
      const open = (url: string, options: SessionOptions) =>
        openSession(sandbox, url, {
          ...options,
          client: { wallClock, ...options.client },
        });
      const fill = async (url: string) => {
        // Before any test that copies it: no pass of theirs has a name of these.
        looks = -1_000;
        const session = await open(url, sessionOptions);
        await readAll(session);
        await forgetIdentity(session);
        await session.close();
        looks = 0;
        // No other test that copies this has them.
        (sandbox.requests as RequestRecord[]).length = 0;
      };
      if (!reserved.isMade())
        await reserved.copy(content === undefined ? undefined : await snapshot(content, fill));
      const reopen = async (options = sessionOptions) => {
        const session = await open(reserved.url, options);
        opened.unshift(session);
        return session;
      };
      const session = await reopen();
      if (content === undefined && sessionOptions.isRead !== false) await readAll(session);
      return {
        sandbox,
        session,
        pass: (seconds) => {
          now += seconds * 1_000;
        },
        reopen,
      };
    },
    async close() {
      for (const one of opened) await one.close();
      for (const { requests } of sandboxes) expectDocumentedBodies(requests);
    },
  };
}

/**
 * `test` with `mirror`, which reads a sandbox whole into this test's database; all is closed afterwards. Where
 * nothing watches that reading, and nothing was done in the database before, it is a copy of one that the run has read the
 * same into.
 */
export const test = base.extend<{
  reserved: Reserved;
  database: TestDatabase;
  mirror: Mirrors['open'];
}>({
  reserved: async ({ task }, use) => {
    const database = reserveDatabase();
    // Whoever asks for its pool before `mirror` does: `locks`, for one.
    database.expectCopy();
    await use(database);
    if (task.result?.state === 'fail') await database.keep(task.name);
    else await database.drop();
  },
  database: ({ reserved }, use) => use(reserved),
  mirror: async ({ reserved }, use) => {
    const mirrors = newMirrors(reserved);
    await use(mirrors.open);
    await mirrors.close();
  },
});

/** A mirror that several tests use, and its database. */
interface Shared {
  readonly mirrored: Mirrored;
  readonly database: TestDatabase;
}

/**
 * One mirror for all tests of the group that calls this. They are asked for nothing but what they did themselves: each
 * takes a record, or a resource, of its own, or puts back what it changed. The database is kept if any of them fails.
 */
export function shareMirror(options?: SandboxOptions, session?: SessionOptions): () => Shared {
  let shared: (Shared & { readonly mirrors: Mirrors; readonly reserved: Reserved }) | undefined;
  let failed: string | undefined;
  beforeAll(async () => {
    const reserved = reserveDatabase();
    reserved.expectCopy();
    const mirrors = newMirrors(reserved);
    shared = { mirrors, reserved, mirrored: await mirrors.open(options, session), database: reserved };
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') failed ??= task.name;
  });
  afterAll(async () => {
    if (shared === undefined) return;
    await shared.mirrors.close();
    await (failed === undefined ? shared.reserved.drop() : shared.reserved.keep(failed));
  });
  return () => {
    if (shared === undefined) throw new Error('the mirror is there while the tests of its group run');
    return shared;
  };
}
