import { describe, expect } from 'vitest';
import { readCursor } from '../../src/db/progress/cursors.ts';
import { steadyNow } from '../../src/pylon/clock.ts';
import { resourceNamed } from '../../src/resources/index.ts';
import { NOW } from '../helpers/backfill-workspace.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import { askew, dateless } from '../helpers/dates.ts';
import { type Mirrored, test } from '../helpers/session.ts';
import { shrinkWorkspace } from '../helpers/shrink-workspace.ts';

const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

const someIssue = ({ sandbox }: Mirrored, index = 3): string => {
  const ids = [...sandbox.world.all('issues')].map(({ object }) => String(object.id));
  return ids.filter((id) => id !== 'undefined')[index] ?? '';
};
const asked = ({ sandbox }: Mirrored, from: number) =>
  sandbox.requests.slice(from).map(({ endpoint }) => endpoint);
const watermark = async ({ session }: Mirrored, resource = 'issues') =>
  (await readCursor<{ watermark: string }>(session.ctx.db.orm, resource, 'changes'))?.watermark;

describe('an incremental pull', () => {
  test('costs one request a resource that can be asked for changes when nothing has changed, and writes nothing', async ({
    mirror,
  }) => {
    const mirrored = await mirror();
    await mirrored.session.pull();
    mirrored.pass(60);
    const before = mirrored.sandbox.requests.length;
    const results = await mirrored.session.pull();
    expect(asked(mirrored, before).toSorted()).toEqual([
      'POST /audit-logs/search',
      'POST /custom-objects/{type}/search',
      'POST /custom-objects/{type}/search',
      'POST /issues/search',
      'POST /projects/search',
      'POST /tasks/search',
    ]);
    expect(results.map(({ inserted, updated, deleted }) => inserted + updated + deleted)).toEqual([
      0, 0, 0, 0, 0,
    ]);
  });

  test('brings changed, new and commented records, with what hangs on them', async ({ mirror, database }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    await session.pull();
    mirrored.pass(600);
    const [task] = [...sandbox.world.all('tasks')].filter(({ object }) => object.milestone !== null);
    const [project] = sandbox.world.all('projects');
    sandbox.world.patch('issues', someIssue(mirrored), { title: 'Changed', state: 'closed' });
    sandbox.world.addMessage(someIssue(mirrored, 5), { message_html: '<p>Just now.</p>' });
    sandbox.world.put('issues', {
      id: 'new',
      title: 'New',
      created_at: iso(NOW + 600_000),
      updated_at: iso(NOW + 600_000),
    });
    sandbox.world.put('tasks', { ...task?.object, title: 'Renamed', updated_at: iso(NOW + 600_000) });
    sandbox.world.put(
      'task_comments',
      { id: 'comment', body_html: '<p>Fine.</p>', created_at: iso(NOW), updated_at: iso(NOW) },
      { task_id: String(task?.object.id) },
    );
    sandbox.world.patch('projects', String(project?.object.id), { name: 'Other' });
    const milestone = task?.object.milestone as { id: string } | undefined;
    sandbox.world.patch('milestones', milestone?.id ?? '', { name: 'Moved' });
    await session.pull();
    await expectMirror(database.pool, sandbox, undefined, { ticking: true });
  });

  test('asks only for the children of what changed', async ({ mirror }) => {
    const mirrored = await mirror();
    await mirrored.session.pull();
    mirrored.pass(600);
    mirrored.sandbox.world.addMessage(someIssue(mirrored));
    const before = mirrored.sandbox.requests.length;
    await mirrored.session.pull();
    const children = asked(mirrored, before).filter((endpoint) => endpoint.startsWith('GET'));
    // The latest message moved, `updated_at` did not: followers are no matter.
    expect(children.toSorted()).toEqual(['GET /issues/{id}/messages', 'GET /issues/{id}/threads']);
  });

  test('moves its watermark to the start of the scan in Pylon’s clock, less the overlap', async ({
    mirror,
  }) => {
    const mirrored = await mirror({}, { overlapSeconds: 120 });
    const first = await watermark(mirrored);
    expect(first).toBeUndefined();
    await mirrored.session.pull();
    mirrored.pass(3_600);
    await mirrored.session.pull();
    const moved = Date.parse((await watermark(mirrored)) ?? '');
    const start = NOW + 3_600_000 - 120_000;
    expect(moved).toBeLessThanOrEqual(start);
    expect(moved).toBeGreaterThan(start - 5_000);
  });

  test('does not move it when a later page fails, and goes on behind the last page kept', async ({
    mirror,
    database,
  }) => {
    const issues = resourceNamed('issues');
    const mirrored = await mirror(
      { issues: 30 },
      {
        resources: [
          { ...issues, changes: { path: '/issues/search', limit: 5, times: issues.changes?.times ?? {} } },
        ],
      },
    );
    const { sandbox, session } = mirrored;
    await session.pull();
    mirrored.pass(3_600);
    for (const { object } of [...sandbox.world.all('issues')])
      if (typeof object.id === 'string')
        sandbox.world.patch('issues', object.id, { title: `${object.number}` });
    const before = await watermark(mirrored);
    sandbox.faults.add({ endpoint: 'POST /issues/search', kind: '500', skip: 2, times: 3 });
    const [failed] = await session.pull();
    expect(failed).toMatchObject({ state: 'failed' });
    expect(await watermark(mirrored)).toBe(before);
    mirrored.pass(3_600);
    const from = sandbox.requests.length;
    await session.pull();
    expect(sandbox.requests[from]?.body).toMatchObject({ cursor: expect.any(String) });
    // The scan that was gone on with began an hour ago: so far goes the watermark.
    expect(Date.parse((await watermark(mirrored)) ?? '')).toBeLessThan(NOW + 3_600_000);
    await expectMirror(database.pool, sandbox, ['issues'], { ticking: true });
  });

  test('refuses what an ignored filter answers, and says so', async ({ mirror }) => {
    const ignored = { on: false };
    const mirrored = await mirror(
      {},
      {
        resources: [resourceNamed('tasks')],
        client: {
          // A server that does not know the key ignores it and answers everything.
          fetch: (input, init) => {
            const body = init?.body;
            if (!ignored.on || typeof body !== 'string') return fetch(input, init);
            return fetch(input, { ...init, body: body.replace('"filter"', '"unknown"') });
          },
        },
      },
    );
    await mirrored.session.pull();
    mirrored.pass(86_400 * 30);
    await mirrored.session.pull();
    const before = await watermark(mirrored, 'tasks');
    ignored.on = true;
    const [progress] = await mirrored.session.pull();
    expect(progress).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/filter .* was ignored/),
    });
    expect(await watermark(mirrored, 'tasks')).toBe(before);
  });

  test('begins at the beginning of a first reading that is still under way', async ({ mirror, database }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    // Changed after the reading began, before the first pull.
    mirrored.pass(1_800);
    sandbox.world.patch('issues', someIssue(mirrored), { title: 'Meanwhile' });
    await session.pull();
    await expectMirror(database.pool, sandbox, ['issues'], { ticking: true });
  });

  test('finds what changed before Pylon’s clock was set back', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 6, historyDays: 50 }, { prepare: shrinkWorkspace });
    const { sandbox, session, pass } = mirrored;
    await session.pull();
    // One server answers with a clock that is two hours ahead.
    pass(7_200);
    await session.pull();
    pass(-7_200 + 900);
    sandbox.world.patch('issues', someIssue(mirrored), { title: 'Meanwhile' });
    pass(900);
    await session.pull();
    pass(900);
    await session.pull();
    await expectMirror(database.pool, sandbox, ['issues'], { ticking: true });
  });

  test.for([
    ['a proxy’s clock is ahead of Pylon’s and ours', { seconds: 420, own: 0 }],
    ['our clock is ahead of Pylon’s', { seconds: 0, own: 420 }],
    ['a proxy’s clock is behind, and ours ahead', { seconds: -420, own: 420 }],
    ['Pylon says no time and our clock is ahead', { seconds: undefined, own: 420 }],
  ] as const)('brings what changes while %s', async ([_, { seconds, own }], { mirror, database }) => {
    let moved = 0;
    const mirrored = await mirror(
      { issues: 6, historyDays: 50 },
      {
        prepare: shrinkWorkspace,
        client: {
          fetch: seconds === undefined ? dateless : askew(seconds),
          wallClock: () => NOW + (moved + own) * 1_000,
        },
      },
    );
    const { sandbox, session } = mirrored;
    const pass = (by: number) => {
      moved += by;
      mirrored.pass(by);
    };
    // What Pylon's clock is known by, where it sends no date.
    sandbox.world.patch('issues', someIssue(mirrored, 1), { title: 'Before' });
    pass(60);
    await session.pull();
    pass(60);
    await session.pull();
    pass(30);
    sandbox.world.patch('issues', someIssue(mirrored), { title: 'Meanwhile' });
    pass(30);
    await session.pull();
    await expectMirror(database.pool, sandbox, ['issues'], { ticking: true });
  });

  test('goes on with a scan from its beginning by our own clock, where Pylon says no time', async ({
    mirror,
    database,
  }) => {
    const issues = resourceNamed('issues');
    const changes = { path: '/issues/search', limit: 3, times: issues.changes?.times ?? {} };
    const mirrored = await mirror(
      { issues: 6, historyDays: 50 },
      { prepare: shrinkWorkspace, resources: [{ ...issues, changes }], client: { fetch: dateless } },
    );
    const { sandbox, session, pass } = mirrored;
    const touch = (title: string) => {
      for (const { object } of [...sandbox.world.all('issues')])
        if (typeof object.id === 'string') sandbox.world.patch('issues', object.id, { title });
    };
    // An hour ahead: what complete scans have seen says nothing of the time.
    sandbox.world.patch('issues', someIssue(mirrored, 1), { updated_at: iso(NOW + 3_600_000) });
    await session.pull();
    pass(600);
    touch('Once');
    sandbox.faults.add({ endpoint: 'POST /issues/search', kind: '500', skip: 1, times: 3 });
    expect(await session.pull()).toMatchObject([{ state: 'failed' }]);
    pass(900);
    sandbox.world.patch('issues', someIssue(mirrored, 2), { title: 'Between' });
    pass(900);
    await session.pull();
    const moved = Date.parse((await watermark(mirrored)) ?? '');
    expect(moved).toBeLessThanOrEqual(NOW + 600_000 - 300_000);
    await session.pull();
    await expectMirror(database.pool, sandbox, ['issues'], { ticking: true });
  });

  test('begins early enough where Pylon’s clock was not known to the first reading, and is now', async ({
    mirror,
    database,
  }) => {
    const ahead = { fetch: dateless, now: () => steadyNow() + 3 * 3_600_000 };
    let moved = 0;
    const mirrored = await mirror(
      { issues: 6, historyDays: 50, now: () => steadyNow() + moved },
      { prepare: shrinkWorkspace, client: ahead },
    );
    const { sandbox, session, reopen } = mirrored;
    await session.close();
    moved = 3_600_000;
    sandbox.world.patch('issues', someIssue(mirrored), { title: 'Between' });
    moved = 2 * 3_600_000;
    const next = await reopen({});
    await next.pull();
    await expectMirror(database.pool, sandbox, ['issues'], { ticking: true });
  });

  test('takes no time of a message for Pylon’s clock, where that is not known', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror(
      { issues: 6, historyDays: 50 },
      // What it takes Pylon's clock to be by is this machine's, which is not a day from it.
      { prepare: shrinkWorkspace, client: { fetch: dateless, now: () => NOW } },
    );
    const { sandbox, session, pass } = mirrored;
    // Dated by the clock of the machine it was sent from.
    sandbox.world.addMessage(someIssue(mirrored), { timestamp: iso(NOW + 7_200_000) });
    await session.pull();
    await session.pull();
    pass(900);
    sandbox.world.patch('issues', someIssue(mirrored, 4), { title: 'Later' });
    await session.pull();
    await expectMirror(database.pool, sandbox, ['issues'], { ticking: true });
  });

  test('does not bring what lies before PYLON_SYNC_SINCE', async ({ mirror, database }) => {
    const since = iso(NOW - 100 * 86_400_000);
    const mirrored = await mirror({}, { since });
    const { sandbox, session } = mirrored;
    await session.pull();
    mirrored.pass(60);
    for (const { object } of [...sandbox.world.all('issues')])
      if (typeof object.id === 'string') sandbox.world.patch('issues', object.id, { title: 'Touched' });
    await session.pull();
    const { rows } = await database.pool.query(
      "SELECT count(*) FILTER (WHERE created_at < $1)::int AS before, count(*) FILTER (WHERE title = 'Touched')::int AS touched, count(*)::int AS rows FROM pylon.issues",
      [since],
    );
    expect(rows[0].before).toBe(0);
    expect(rows[0].touched).toBe(rows[0].rows);
    expect(rows[0].rows).toBeGreaterThan(0);
  });

  test('reads the children of what another pass has stored meanwhile', async ({ mirror, database }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    await session.pull();
    mirrored.pass(600);
    sandbox.world.addMessage(someIssue(mirrored), { message_html: '<p>Just now.</p>' });
    await session.reconcile(['issues']);
    await session.pull();
    await expectMirror(database.pool, sandbox, ['issues', 'issue_messages'], { ticking: true });
    // Read within the second of the message, so once more when that is over.
    mirrored.pass(60);
    await session.pull();
    const before = sandbox.requests.length;
    await session.pull();
    // Seen again, and not due.
    expect(asked(mirrored, before).filter((endpoint) => endpoint.startsWith('GET'))).toEqual([]);
  });

  test.for(['the same process', 'the next one'])(
    'brings what happens within a second of what it has brought already, in %s',
    async (which, { mirror, database }) => {
      const mirrored = await mirror({ issues: 6, historyDays: 50 }, { prepare: shrinkWorkspace });
      const { sandbox, session, pass, reopen } = mirrored;
      await session.pull();
      pass(600);
      sandbox.world.addMessage(someIssue(mirrored), { message_html: '<p>First.</p>' });
      await session.pull();
      // The time of the latest message stays where it is.
      sandbox.world.addMessage(someIssue(mirrored), { message_html: '<p>Second.</p>' });
      pass(60);
      if (which === 'the next one') await session.close();
      const next = which === 'the next one' ? await reopen() : session;
      await next.pull();
      await expectMirror(database.pool, sandbox, undefined, { ticking: true });
      pass(60);
      const before = sandbox.requests.length;
      await next.pull();
      expect(asked(mirrored, before).filter((endpoint) => endpoint.includes('messages'))).toEqual([]);
    },
  );

  test('reads the children that a process killed after the change had left', async ({ mirror, database }) => {
    const mirrored = await mirror();
    const { sandbox, session, reopen } = mirrored;
    await session.pull();
    mirrored.pass(600);
    sandbox.world.addMessage(someIssue(mirrored), { message_html: '<p>Left behind.</p>' });
    sandbox.faults.add({ endpoint: 'GET /issues/{id}/messages', kind: '500', times: 3 });
    await session.pull();
    await session.close();
    const next = await reopen();
    await next.pull();
    await expectMirror(database.pool, sandbox, ['issues', 'issue_messages'], { ticking: true });
  });
});
