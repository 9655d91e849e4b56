import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { TEMPO } from '../../src/cli/process/tempo.ts';
import { resourceNamed, resources } from '../../src/resources/index.ts';
import { type DaemonOptions, serve } from '../../src/sync/daemon/daemon.ts';
import { looksOf } from '../../src/sync/daemon/looks.ts';
import { newBell } from '../../src/sync/lib/bell.ts';
import { HEARING_MS } from '../../src/sync/lib/notices.ts';
import { newActivity } from '../../src/sync/pass/activity.ts';
import { newPusher } from '../../src/sync/push/push.ts';
import { auditOf } from '../../src/sync/runs/audit.ts';
import { newFollowUpQueue } from '../../src/sync/runs/follow-up-queue.ts';
import { newSyncChildren } from '../../src/sync/runs/sync-children.ts';
import { pushOptions } from '../helpers/edits.ts';
import { type Session, test } from '../helpers/session.ts';
import { shrinkWorkspace } from '../helpers/shrink-workspace.ts';

const NEVER = '0 0 1 1 *';
const MINUTE_MS = 60_000;
/** Longer than the second in which a daemon that is told nothing looks at each of its three queues. */
const WINDOW_MS = 1_100;

/** Counts transactions of the work, each of which takes a connection of the pool for itself. */
function countTransactions({ ctx }: Session): () => number {
  const { pool } = ctx.db;
  const connect = pool.connect.bind(pool);
  let count = 0;
  pool.connect = (() => {
    count += 1;
    return connect();
  }) as typeof pool.connect;
  return () => count;
}

/** A daemon that only does what it does by itself. */
const idling = (listenUrl: string | undefined, onRead: DaemonOptions['onRead']): DaemonOptions => ({
  ...{ resources, windowDays: 30, overlapSeconds: 300, since: undefined, auditShare: 0, retentionDays: 90 },
  ...{ schedule: NEVER, listSchedule: NEVER, reconcileSchedule: NEVER },
  edits: pushOptions(),
  notices: { listenUrl },
  activity: newActivity(),
  onRead,
});

/**
 * Transactions that a daemon which has read everything makes in windows in which nothing happens, up to one in which it makes
 * as many as `suits`. It looks for up to twenty seconds: what there is to do once, at the beginning, takes as long as the
 * machine needs, and on a busy one a look may come a little after its second.
 */
async function idleTransactions(
  session: Session,
  listenUrl: string | undefined,
  stop: AbortController,
  suits: (transactions: number) => boolean,
) {
  const count = countTransactions(session);
  let isRead = false;
  const options = idling(listenUrl, async () => {
    isRead = true;
  });
  const served = serve(session.ctx, options).catch(() => {});
  await expect.poll(() => isRead, { timeout: 20_000 }).toBe(true);
  let during = Number.NaN;
  for (const until = performance.now() + 20_000; !suits(during) && performance.now() < until; ) {
    const before = count();
    await sleep(WINDOW_MS);
    during = count() - before;
  }
  stop.abort(new Error('enough'));
  await served;
  return during;
}

describe('a daemon that has read everything and to which nothing happens', () => {
  test.for([
    ['makes no transaction between its rounds where it is told of work', true],
    ['looks at each queue every second where it is told nothing', false],
  ] as const)('%s', async ([, isTold], { mirror, database }) => {
    const stop = new AbortController();
    const { session } = await mirror({ issues: 5 }, { prepare: shrinkWorkspace, signal: stop.signal });
    const suits = (transactions: number) => (isTold ? transactions === 0 : transactions >= 3);
    const during = await idleTransactions(session, isTold ? database.url : undefined, stop, suits);
    expect(suits(during), `${during} transactions`).toBe(true);
  });

  test('knows after a few transactions that nothing is left to read', async ({ mirror }) => {
    const stop = new AbortController();
    const { session } = await mirror({ issues: 5 }, { prepare: shrinkWorkspace, signal: stop.signal });
    const count = countTransactions(session);
    const found: number[] = [];
    const options = idling(undefined, async () => void found.push(count()));
    const served = serve(session.ctx, options).catch(() => {});
    await expect.poll(() => found.length, { timeout: 20_000 }).toBe(1);
    stop.abort(new Error('enough'));
    await served;
    // One asks where every resource is; the others begin the session, and what else the daemon does.
    expect(found[0]).toBeLessThan(resources.length);
  });

  test('makes four transactions for each resource that it asks for changes, two for each type of it, and none for what follows them', async ({
    mirror,
  }) => {
    const { session } = await mirror({ issues: 5 }, { prepare: shrinkWorkspace });
    // The first pull brings what changed while everything was read, and what hangs on it.
    await session.pull();
    await session.pull();
    const count = countTransactions(session);
    const pulled = await session.pull();
    expect(pulled.map(({ inserted, updated }) => inserted + updated)).toEqual(pulled.map(() => 0));
    const asked = pulled.filter(({ requests }) => requests > 0);
    expect(asked.length).toBe(5);
    // Each type of custom objects is searched by itself.
    const further = asked.reduce((sum, { requests }) => sum + requests - 1, 0);
    expect(further).toBe(1);
    expect(count()).toBe(4 * asked.length + 1 + 2 * further);
  });

  test('makes fewer than one and a half a second with its heartbeats and a standby, each look counted as often as it comes', async ({
    mirror,
  }) => {
    const { session } = await mirror({ issues: 5 }, { prepare: shrinkWorkspace });
    const { ctx, puller } = session;
    await session.pull();
    await session.pull();
    const count = countTransactions(session);
    const counted = async (work: () => Promise<unknown>) => {
      const before = count();
      await work();
      return count() - before;
    };
    const options = idling(undefined, async () => {});
    options.activity.complete = true;
    const edits = { ...pushOptions(), resources };
    const report = {
      failed: (_: string, error: unknown) => expect(error).toBeUndefined(),
      recovered: () => {},
    };
    const bells = { edits: newBell(), rereads: newBell(), handovers: newBell() };
    const notices = { bells, lookMs: () => HEARING_MS, close: async () => {} };
    const followUps = newFollowUpQueue(resources, newSyncChildren(ctx, options));
    const commands = { options, puller, edits, beside: true };
    let aMinute = 0;
    for (const { look, pause } of looksOf(ctx, options, { followUps, notices, commands, report })) {
      // The first look finds what an earlier process left.
      await look();
      aMinute += ((await counted(look)) * MINUTE_MS) / pause.ms();
    }
    const pusher = newPusher(ctx, edits);
    await pusher.begin();
    aMinute += ((await counted(() => pusher.take())) * MINUTE_MS) / notices.lookMs();
    aMinute += await counted(() => session.pull());
    // The listener's message to itself.
    aMinute += 1;
    expect(aMinute).toBeGreaterThan(25);
    expect(aMinute + MINUTE_MS / TEMPO.heartbeatMs + MINUTE_MS / TEMPO.standbyMs).toBeLessThan(90);
  });

  test('makes one transaction at most for each request of its audit, and counts no table for it', async ({
    mirror,
  }) => {
    const { sandbox, session } = await mirror({ issues: 120 }, { resources: [resourceNamed('issues')] });
    await session.pull();
    const { follow } = session.puller;
    const issues = resourceNamed('issues');
    const work = auditOf(session.ctx, issues, issues.get ?? '', follow, { share: 1, overlapSeconds: 300 });
    await work.everyMs();
    const count = countTransactions(session);
    const from = sandbox.requests.length;
    for (let piece = 0; piece < 3; piece += 1) {
      await work.everyMs();
      await work.work();
    }
    const requests = sandbox.requests.length - from;
    expect(requests).toBeGreaterThan(20);
    expect(count()).toBeLessThanOrEqual(requests);
  });
});
