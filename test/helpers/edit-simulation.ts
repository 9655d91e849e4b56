import { setTimeout as sleep } from 'node:timers/promises';
import { resourceNamed } from '../../src/resources/index.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { type Pusher, pushDue } from '../../src/sync/push/push.ts';
import { NOW } from './backfill-workspace.ts';
import type { TestDatabase } from './database.ts';
import { theirs, update, valueFor } from './edit-changes.ts';
import { type Change, type EditPlan, type EditStep, TARGETS, type Target, type Work } from './edit-plans.ts';
import { pusherOn } from './edits.ts';
import { type Interruption, newFaultyConnections } from './faulty-connections.ts';
import { startTrappedSandbox } from './sandbox.ts';
import { openSession } from './session.ts';
import { shrinkWorkspace } from './shrink-workspace.ts';

/** What is mirrored and edited. */
export const EDITED = ['issues', 'accounts', 'contacts'] as const;
const MIRRORED = [...EDITED, 'custom_fields'];

/** Long for a request to a sandbox in this process, even one that is slow. */
const REQUEST_TIMEOUT_MS = 300;
const SLOW_MS = 30;

/** What one change of one field was. */
export interface Done extends Target {
  readonly id: string;
  /** `<resource> <id> <field>` */
  readonly name: string;
  readonly value: unknown;
  /** The edit that was captured; undefined where the row showed the value already, or others changed it. */
  readonly edit: number | undefined;
}

export interface EditSimulation {
  readonly sandbox: Sandbox;
  readonly local: readonly Done[];
  /** Fields that others changed, as `<resource> <id> <field>`. */
  readonly touched: ReadonlySet<string>;
  /** Records as Pylon had them after each attempt to change them from here. */
  readonly effects: readonly {
    readonly resource: string;
    readonly object: Readonly<Record<string, unknown>>;
  }[];
  readonly poisoned: string | undefined;
  take(step: EditStep): Promise<void>;
  /** Nothing fails any more, but for what is poisoned; until nothing waits. */
  settle(): Promise<void>;
  /** What was poisoned is not any more. */
  heal(): void;
  /** Reads everything again. */
  read(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a mirror that has read everything. */
export async function openEditSimulation(plan: EditPlan, database: TestDatabase): Promise<EditSimulation> {
  let now = NOW;
  const sandbox = await startTrappedSandbox({ issues: 4, limits: 'none', seed: plan.seed, now: () => now });
  shrinkWorkspace(sandbox);
  const ids = (resource: string) =>
    [...sandbox.world.all(resource)].map(({ object }) => String(object.id)).slice(0, 3);
  const [issues, users] = [ids('issues'), ids('users')];
  const poisoned = plan.poisoned ? issues[0] : undefined;
  let isPoisonous = true;
  const effects: { resource: string; object: Record<string, unknown> }[] = [];
  const resources = MIRRORED.map(resourceNamed);

  const open = async () => {
    const connections = newFaultyConnections({ date: true });
    const stop = new AbortController();
    const guarded: typeof fetch = async (input, init) => {
      if (init?.method !== 'PATCH') return connections.fetch(input, init);
      const [, resource = '', id = ''] = new URL(String(input)).pathname.split('/');
      if (isPoisonous && id === poisoned) return new Response('{"errors":["poisoned"]}', { status: 500 });
      try {
        return await connections.fetch(input, init);
      } finally {
        effects.push({ resource, object: sandbox.world.get(resource, id) ?? {} });
      }
    };
    const session = await openSession(sandbox, database.url, {
      ...{ resources, signal: stop.signal },
      client: { fetch: guarded, retry: { attempts: 2, baseMs: 2, capMs: 5 } },
    });
    connections.watch(session.ctx.db);
    const pusher = pusherOn(
      { session },
      {
        ...{ policy: plan.policy, requestTimeoutMs: REQUEST_TIMEOUT_MS, resources },
      },
    );
    return { session, connections, stop, pusher, hasBegun: false };
  };
  let process = await open();
  await process.session.first();

  const local: Done[] = [];
  const touched = new Set<string>();
  let made = 0;
  const recordOf = ({ resource }: Target, which: number) => ids(resource)[which % 3] ?? '';

  const editHere = async (change: Change) => {
    const target = TARGETS[change.target] as Target;
    const id = recordOf(target, change.which);
    made += 1;
    const value = valueFor(target, change, made, users);
    local.push({
      ...target,
      id,
      value,
      name: `${target.resource} ${id} ${target.field}`,
      edit: await update(database.pool, target, id, value, change),
    });
  };
  const editThere = (change: Change) => {
    const target = TARGETS[change.target] as Target;
    const id = recordOf(target, change.which);
    const { resource, field } = target;
    now += 1_000;
    made += 1;
    const object = sandbox.world.get(resource, id) ?? {};
    if (change.elsewhere) {
      const free = { issues: 'customer_portal_visible', accounts: 'is_disabled', contacts: 'avatar_url' };
      const value =
        resource === 'contacts' ? `https://example.com/${made}.png` : object[free[resource]] !== true;
      return void sandbox.world.patch(resource, id, { [free[resource]]: value });
    }
    touched.add(`${resource} ${id} ${field}`);
    sandbox.world.patch(resource, id, theirs(target, object, change, made, users));
  };

  const work = async ({ session, pusher }: typeof process, what: Work) => {
    if (what !== 'push') return session[what]();
    if (!process.hasBegun) await pusher.begin();
    process.hasBegun = true;
    return pushDue(pusher);
  };
  const beDue = () =>
    database.pool.query("UPDATE pylon_sync.edits SET next_attempt_at = '-infinity' WHERE state = 'pending'");
  const quiet = async (pusher: Pusher) => {
    for (;;)
      if (
        await pusher.idle().then(
          () => true,
          () => false,
        )
      )
        return;
  };
  const follow = async () => {
    await quiet(process.pusher);
    await process.session.close();
    await database.pool.query("UPDATE pylon_sync.lease SET expires_at = '-infinity'");
    process = await open();
  };

  return {
    ...{ sandbox, local, touched, effects, poisoned },
    async take({ works, local: here, remote: there, during, fault, death }) {
      now += 10_000;
      for (const change of there) editThere(change);
      for (const change of here) await editHere(change);
      const { connections, stop, pusher } = process;
      const edits: Promise<void>[] = [];
      const strikes = during.map(
        ([after, side, change]): Interruption => ({
          ...{ at: 'answer', after },
          strike: () => {
            if (side === 'remote') editThere(change);
            else edits.push(editHere(change));
          },
        }),
      );
      const die = () => {
        connections.kill();
        stop.abort(new Error('killed'));
      };
      if (fault !== null)
        sandbox.faults.add({ ...fault, delayMs: SLOW_MS, header: 'none', times: fault.times });
      connections.schedule([...strikes, ...(death === null ? [] : [{ ...death, strike: die }])]);
      await beDue();
      await Promise.allSettled(works.map((what) => work(process, what)));
      await quiet(pusher);
      await Promise.all(edits);
      connections.schedule([]);
      sandbox.faults.clear();
      if (connections.isDead()) await follow();
    },
    async settle() {
      for (let tries = 0; tries < 40; tries += 1) {
        await beDue();
        await work(process, 'push');
        const { rowCount } = await database.pool.query(
          `SELECT FROM pylon_sync.edits WHERE state IN ('pending', 'sending') AND record_id <> $1`,
          [isPoisonous ? (poisoned ?? '') : ''],
        );
        if (rowCount === 0) return;
        await sleep(50);
      }
    },
    heal() {
      isPoisonous = false;
    },
    async read() {
      for (let times = 0; times < 2; times += 1) {
        now += 10_000;
        await process.session.pull();
        await process.session.lists();
        while ((await process.session.drain()) > 0);
      }
      await process.session.reconcile(['issues']);
      while ((await process.session.drain()) > 0);
    },
    async close() {
      await quiet(process.pusher);
      await process.session.close();
      await sandbox.close();
    },
  };
}
