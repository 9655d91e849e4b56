import { describe, expect } from 'vitest';
import { readStatement } from '../../src/db/connection/atomic.ts';
import { documentedLimits } from '../../src/pylon/limits/limits.ts';
import { resourceNamed } from '../../src/resources/index.ts';
import { runPaced } from '../../src/sync/lib/paced.ts';
import type { ByParent } from '../../src/sync/pass/child-pages.ts';
import { auditOf } from '../../src/sync/runs/audit.ts';
import { resweepOf } from '../../src/sync/runs/resweep.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import { countingRoundTrips } from '../helpers/round-trips.ts';
import { MORE_THAN_A_PAGE } from '../helpers/sandbox.ts';
import { type Mirrored, test } from '../helpers/session.ts';

const few = (...names: readonly string[]) => names.map(resourceNamed);

const resweep = ({ session }: Mirrored, name = 'issue_messages') => {
  const resource = resourceNamed(name);
  return resweepOf(session.ctx, resource, resource.pull as ByParent, { share: 0.05 });
};
const audit = ({ session }: Mirrored, name: string) => {
  const resource = resourceNamed(name);
  const { follow } = session.puller;
  return auditOf(session.ctx, resource, resource.get ?? '', follow, { share: 0.05, overlapSeconds: 300 });
};

describe('the resweep', () => {
  test('goes round all parents, the longest unread first, and finds what nothing pointed to', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 60 }, { resources: few('issues', 'issue_messages') });
    const { sandbox, session } = mirrored;
    await session.pull();
    const { rows } = await database.pool.query(
      'SELECT id, issue_id FROM pylon.issue_messages ORDER BY random() LIMIT 3',
    );
    const [redacted, edited, deleted] = rows.map(({ id }) => String(id));
    sandbox.world.redactMessage(redacted ?? '');
    sandbox.world.patch('issue_messages', edited ?? '', { message_html: '<p>Edited.</p>' });
    sandbox.world.remove('issue_messages', deleted ?? '');
    const from = sandbox.requests.length;
    const work = resweep(mirrored);
    // Ten parents a piece.
    for (let piece = 0; piece < 6; piece += 1) expect(await work.work()).toBe(true);
    const asked = sandbox.requests.slice(from).filter(({ path }) => path.endsWith('/messages'));
    const parents = asked.map(({ path }) => path);
    expect(new Set(parents).size).toBeGreaterThanOrEqual(55);
    await expectMirror(database.pool, sandbox, ['issue_messages']);
    const runs = await database.pool.query(
      "SELECT sum(rows_updated)::int AS updated, sum(rows_deleted)::int AS deleted FROM pylon_sync.runs WHERE kind = 'resweep'",
    );
    expect(runs.rows).toEqual([{ updated: 2, deleted: 1 }]);
  });

  test('keeps to its share of the endpoint, and goes round no more than once a day', async ({ mirror }) => {
    const mirrored = await mirror(
      { issues: 60 },
      { resources: few('issues'), client: { limits: documentedLimits('current'), share: 0.9 } },
    );
    // 0.05 of 108 a minute would be 5.4; with 60 issues a round a day is slower.
    const day = 86_400_000;
    const { rows } = await readStatement<{ issues: number }>(
      mirrored.session.ctx.db.pool,
      'SELECT count(*)::int AS issues FROM pylon.issues',
    );
    expect(await resweep(mirrored).everyMs()).toBeCloseTo((10 * day) / Number(rows[0]?.issues), 0);
  });
});

test('resweep and audit make at most one transaction a request', async ({ mirror }) => {
  const mirrored = await mirror(
    { issues: 60, mostMessages: MORE_THAN_A_PAGE },
    { resources: few('issues', 'issue_messages') },
  );
  await mirrored.session.pull();
  for (const { work } of [resweep(mirrored), audit(mirrored, 'issues')]) {
    // The first piece also counts the rows.
    await work();
    const from = mirrored.sandbox.requests.length;
    const { asked } = await countingRoundTrips(work);
    const requests = mirrored.sandbox.requests.length - from;
    expect(requests).toBeGreaterThan(0);
    expect(asked.transactions).toBeLessThanOrEqual(requests);
  }
});

describe('the audit', () => {
  test('counts what it reads, what differed, and what had drifted, and mends it', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({}, { resources: few('projects') });
    const { sandbox, session } = mirrored;
    await session.pull();
    mirrored.pass(86_400);
    await session.pull();
    for (const { object } of [...sandbox.world.all('projects')])
      sandbox.world.patch('projects', String(object.id), { name: 'Silently', updated_at: object.updated_at });
    const work = audit(mirrored, 'projects');
    const from = sandbox.requests.length;
    for (let piece = 0; piece < 60; piece += 1) await work.work();
    await expectMirror(database.pool, sandbox, ['projects']);
    const sampled = sandbox.requests.slice(from).filter(({ endpoint }) => endpoint === 'GET /projects/{id}');
    // Midnight may have come meanwhile.
    const { rows } = await database.pool.query(
      'SELECT resource, sum(sampled)::int AS sampled, sum(differed)::int AS differed, sum(drifted)::int AS drifted FROM pylon_sync.audits GROUP BY 1',
    );
    const projects = sandbox.world.count('projects');
    expect(sampled.length).toBeGreaterThanOrEqual(60);
    expect(rows).toEqual([
      { resource: 'projects', sampled: sampled.length, differed: projects, drifted: projects },
    ]);
  });

  test('does not call drift what changed a moment ago', async ({ mirror, database }) => {
    const mirrored = await mirror({}, { resources: few('projects') });
    const { sandbox, session } = mirrored;
    await session.pull();
    mirrored.pass(60);
    for (const { object } of [...sandbox.world.all('projects')])
      sandbox.world.patch('projects', String(object.id), { name: 'Just now' });
    const work = audit(mirrored, 'projects');
    for (let sample = 0; sample < 30; sample += 1) await work.work();
    const { rows } = await database.pool.query(
      'SELECT sum(differed) > 0 AS differed, sum(drifted)::int AS drifted FROM pylon_sync.audits',
    );
    expect(rows).toEqual([{ differed: true, drifted: 0 }]);
  });

  test('finds what is gone', async ({ mirror, database }) => {
    const mirrored = await mirror({}, { resources: few('projects') });
    const { sandbox } = mirrored;
    const [first] = sandbox.world.all('projects');
    sandbox.world.remove('projects', String(first?.object.id));
    const work = audit(mirrored, 'projects');
    for (let sample = 0; sample < 60; sample += 1) await work.work();
    await expectMirror(database.pool, sandbox, ['projects']);
  });
});

test('paced work waits its turn from the first piece on, tells of failures and ends with its signal', async () => {
  const stop = new AbortController();
  const began = performance.now();
  const at: number[] = [];
  const errors: unknown[] = [];
  await runPaced(
    {
      name: 'pieces',
      everyMs: async () => 40,
      work: async () => {
        at.push(performance.now() - began);
        if (at.length === 2) throw new Error('no luck');
        if (at.length === 4) stop.abort();
        return true;
      },
    },
    (error) => errors.push(error),
    stop.signal,
    30,
  );
  expect(at[0]).toBeGreaterThanOrEqual(39);
  expect(at).toHaveLength(4);
  expect(errors).toEqual([new Error('no luck')]);
});
