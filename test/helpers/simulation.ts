import { closeAbandonedRuns } from '../../src/db/progress/runs.ts';
import type { Resource } from '../../src/resources/define.ts';
import { resourceNamed } from '../../src/resources/index.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import type { ByParent } from '../../src/sync/pass/child-pages.ts';
import { auditOf } from '../../src/sync/runs/audit.ts';
import { resweepOf } from '../../src/sync/runs/resweep.ts';
import type { TestDatabase } from './database.ts';
import { type FaultyConnections, type Interruption, newFaultyConnections } from './faulty-connections.ts';
import { newRemote, type Remote } from './remote-changes.ts';
import { startTrappedSandbox } from './sandbox.ts';
import { openSession, type Session } from './session.ts';
import { shrinkWorkspace } from './shrink-workspace.ts';
import type { Plan, Step, Work } from './simulation-plans.ts';

/** What incremental pulls bring, with what hangs on it. */
export const PULLED = [
  ...['issues', 'tasks', 'projects', 'custom_objects', 'issue_messages', 'issue_followers', 'task_comments'],
];
/** By resource that is listed per parent, whose listings they are. */
export const PARENTS: Readonly<Record<string, string>> = {
  issue_messages: 'issues',
  issue_followers: 'issues',
  task_comments: 'tasks',
};
/** What a simulation mirrors: every way there is of listing. */
export const MIRRORED = [
  ...PULLED,
  ...['accounts', 'contacts', 'tags', 'user_roles', 'custom_fields', 'milestones'],
  ...['knowledge_bases', 'articles'],
];

const HINTED = ['issues', 'accounts', 'tasks'];
const BACKGROUND = { share: 0.05, overlapSeconds: 300 };

/** One workspace and its mirror, kept by one process after the other. */
export interface Simulation {
  readonly sandbox: Sandbox;
  readonly remote: Remote;
  readonly resources: readonly Resource[];
  /** The process of the moment. */
  readonly session: Session;
  /** Does one piece of work; `which` picks what is up to it. */
  perform(work: Work | 'first', which: number): Promise<unknown>;
  /**
   * Does works side by side under the interruptions of a step. How each ended, a failure being an end too; undefined where
   * the process did not live to see it: another one has followed it then.
   */
  survive(
    step: Step,
    works: readonly (Work | 'first')[],
  ): Promise<readonly PromiseSettledResult<unknown>[] | undefined>;
  close(): Promise<void>;
}

/** A resource with pages so small that nearly every listing takes several. */
function paged(resource: Resource, limit: number): Resource {
  const { pull, changes } = resource;
  return {
    ...resource,
    pull: 'limit' in pull ? { ...pull, limit } : pull,
    ...(changes === undefined ? {} : { changes: { ...changes, limit } }),
  };
}

/** Opens a simulation at its beginning: a few objects of each kind, nothing read. */
export async function openSimulation(plan: Plan, database: TestDatabase): Promise<Simulation> {
  const { date, overlapSeconds } = plan;
  const resources = MIRRORED.map((name) => paged(resourceNamed(name), plan.limit));
  const remote: Remote = newRemote(() => sandbox, Date.now() + plan.offset * 1_000);
  const sandbox = await startTrappedSandbox({
    ...{ issues: 6, historyDays: 50, limits: 'none', seed: plan.seed },
    now: () => remote.now,
  });
  shrinkWorkspace(sandbox);

  const open = async () => {
    const connections = newFaultyConnections({ date });
    const stop = new AbortController();
    const session = await openSession(sandbox, database.url, {
      resources,
      overlapSeconds,
      signal: stop.signal,
      client: { fetch: connections.fetch, retry: { attempts: 2, baseMs: 2, capMs: 5 } },
    });
    connections.watch(session.ctx.db);
    await closeAbandonedRuns(session.ctx.db, session.ctx.lease);
    return { session, connections, stop, isCut: false };
  };
  let now = await open();

  const follow = async () => {
    await now.session.close();
    await database.pool.query("UPDATE pylon_sync.lease SET expires_at = '-infinity'");
    now = await open();
  };
  const simulation: Simulation = {
    sandbox,
    remote,
    resources,
    get session() {
      return now.session;
    },
    perform: (work, which) => perform(simulation, work, which),
    async survive(step, works) {
      const process = now;
      process.connections.schedule([
        ...step.during.map(
          ([after, edit]): Interruption => ({ at: 'answer', after, strike: () => remote.make(edit) }),
        ),
        ...(step.trouble === null ? [] : [interruption(step.trouble, sandbox, process)]),
      ]);
      const results = await Promise.allSettled(works.map((work) => simulation.perform(work, step.which)));
      process.connections.schedule([]);
      sandbox.faults.clear();
      if (!process.isCut && !process.stop.signal.aborted && !process.connections.isDead()) return results;
      await follow();
      return undefined;
    },
    async close() {
      await now.session.close();
      await sandbox.close();
    },
  };
  return simulation;
}

interface Process {
  readonly connections: FaultyConnections;
  readonly stop: AbortController;
  isCut: boolean;
}

/** What goes wrong, as it befalls a process or Pylon. */
function interruption(
  { what, at, after }: NonNullable<Step['trouble']>,
  { faults }: Sandbox,
  process: Process,
): Interruption {
  const strike = () => {
    switch (what) {
      case 'kill':
        process.connections.kill();
        return process.stop.abort(new Error('killed'));
      case 'stop':
        return process.stop.abort(new Error('stopped'));
      case 'cut':
        process.isCut = true;
        return process.connections.disconnect();
      default:
        return faults.add({ endpoint: '*', kind: what, times: 3 });
    }
  };
  return { at, after, strike };
}

async function perform(
  { session, sandbox, resources }: Simulation,
  work: Work | 'first',
  which: number,
): Promise<unknown> {
  const pick = <T>(all: readonly T[]): T | undefined => all[which % Math.max(1, all.length)];
  const { ctx, puller } = session;
  switch (work) {
    case 'hint': {
      const name = pick(HINTED) ?? '';
      const hinted = pick([...sandbox.world.all(name)]);
      return hinted === undefined ? undefined : session.hint(name, String(hinted.object.id));
    }
    case 'audit': {
      const audited = pick(resources.filter(({ get, pull }) => get !== undefined && pull.by !== 'parent'));
      if (audited?.get === undefined) return undefined;
      return auditOf(ctx, audited, audited.get, puller.follow, BACKGROUND).work();
    }
    case 'resweep': {
      const name = pick(Object.keys(PARENTS)) ?? '';
      const swept = resources.find((resource) => resource.name === name);
      return swept === undefined
        ? undefined
        : resweepOf(ctx, swept, swept.pull as ByParent, BACKGROUND).work();
    }
    default:
      return session[work]();
  }
}
