import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { fieldsOf } from '../../src/resources/fields.ts';
import { resourceNamed } from '../../src/resources/index.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { approve } from '../../src/sync/runs/approve.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { test } from '../helpers/session.ts';
import { shrinkWorkspace } from '../helpers/shrink-workspace.ts';

const FEW = { issues: 6, historyDays: 50 };

/** Something that happens once, while an answer is on its way: Pylon has said what it says, nobody has heard it. */
interface Meanwhile {
  /** What the request, its method, path and body, must match. */
  on?: RegExp;
  run?: () => Promise<void>;
  readonly fetch: typeof fetch;
}

function meanwhile(): Meanwhile {
  const event: Meanwhile = {
    fetch: async (input, init) => {
      const answer = await fetch(input, init);
      const { run } = event;
      if (
        run === undefined ||
        !event.on?.test(`${init?.method} ${new URL(String(input)).pathname} ${init?.body ?? ''}`)
      )
        return answer;
      delete event.run;
      const body = await answer.text();
      await run();
      return new Response(body, answer);
    },
  };
  return event;
}

const idsOf = ({ world }: Sandbox, resource: string) =>
  [...world.all(resource)].map(({ object }) => String(object.id)).filter((id) => id !== 'undefined');

/** A scan of deletions that waits for a person, whatever stopped it. */
async function stopped({ pool }: TestDatabase, resource: string, kind: string, ids: readonly string[]) {
  const { rows } = await pool.query(
    "INSERT INTO pylon_sync.scans (resource, kind, state, first_order) VALUES ($1, $2, 'stopped', 0) RETURNING id",
    [resource, kind],
  );
  await pool.query('INSERT INTO pylon_sync.scan_candidates SELECT $1, unnest($2::text[])', [rows[0].id, ids]);
  return Number(rows[0].id);
}

describe('what is on its way', () => {
  test('when its parent is marked as gone does not stand under it afterwards', async ({
    mirror,
    database,
  }) => {
    const event = meanwhile();
    const { session, sandbox, pass } = await mirror(FEW, { prepare: shrinkWorkspace, client: event });
    await session.pull();
    pass(60);
    const [issue = ''] = idsOf(sandbox, 'issues');
    sandbox.world.addMessage(issue);
    event.on = /GET .*\/messages/;
    event.run = async () => {
      sandbox.world.remove('issues', issue);
      await session.reconcile(['issues']);
    };
    await session.pull();
    expect(event.run).toBeUndefined();
    await expectMirror(database.pool, sandbox, ['issues', 'issue_messages'], { ticking: true });
  });
});

describe('a proof', () => {
  test('by a second listing does not hide what was answered since that was asked for', async ({
    mirror,
    database,
  }) => {
    const event = meanwhile();
    const { session, sandbox, pass } = await mirror(FEW, { prepare: shrinkWorkspace, client: event });
    await session.pull();
    pass(60);
    const [issue = ''] = idsOf(sandbox, 'issues');
    const messages = Array.from({ length: 9 }, () => sandbox.world.addMessage(issue));
    await session.pull();
    const ids = messages.map(({ id }) => String(id)).sort();
    for (const id of ids) sandbox.world.remove('issue_messages', id);
    const scan = await stopped(database, 'issue_messages', 'children', ids);
    const last = ids.at(-1) ?? '';
    event.on = /GET .*\/messages/;
    event.run = async () => {
      const object = messages.find(({ id }) => id === last) ?? {};
      sandbox.world.put('issue_messages', object, { issue_id: issue });
      pass(60);
      sandbox.world.addMessage(issue);
      await session.pull();
    };
    expect(await approve(session.ctx, scan)).toMatchObject({ state: 'done' });
    await expectMirror(database.pool, sandbox, ['issue_messages']);
  });

  test('is not asked for where a row went with its parent meanwhile', async ({ mirror, database }) => {
    const { session, sandbox } = await mirror(FEW, { prepare: shrinkWorkspace });
    await session.pull();
    const { rows } = await database.pool.query('SELECT id, issue_id FROM pylon.issue_messages LIMIT 1');
    const scan = await stopped(database, 'issue_messages', 'children', [rows[0].id]);
    sandbox.world.remove('issues', rows[0].issue_id);
    await session.reconcile(['issues']);
    expect(await approve(session.ctx, scan)).toMatchObject({ state: 'done', deleted: 0 });
    await expectMirror(database.pool, sandbox, ['issues', 'issue_messages']);
  });

  test('rests on records that are there, not on rows that went with it', async ({ mirror, database }) => {
    const event = meanwhile();
    const { session, sandbox } = await mirror({ issues: 8 }, { prepare: shrinkWorkspace, client: event });
    const [gone = '', ...others] = idsOf(sandbox, 'issues');
    sandbox.world.remove('issues', gone);
    // Listed already, and gone before the first candidate is asked for.
    event.on = /POST \/issues\/search .*time_is_after/;
    event.run = async () => {
      for (const id of others.slice(0, 4)) sandbox.world.remove('issues', id);
    };
    const results = await session.reconcile(['issues']);
    expect(results.get('issues')).toMatchObject({ state: 'done', deleted: 1 });
    await session.reconcile(['issues']);
    await expectMirror(database.pool, sandbox, ['issues']);
  });

  test('leaves out parts of a listing that the server refuses', async ({ mirror, database }) => {
    const refuse: typeof fetch = async (input, init) => {
      if (!String(input).includes('object_type=meeting')) return fetch(input, init);
      return Response.json({ errors: ['object_type is invalid'], request_id: 'r' }, { status: 400 });
    };
    const { session, sandbox } = await mirror(FEW, { prepare: shrinkWorkspace, client: { fetch: refuse } });
    for (const id of idsOf(sandbox, 'custom_fields')) sandbox.world.remove('custom_fields', id);
    expect((await session.lists(['custom_fields'])).get('custom_fields')).toMatchObject({ state: 'done' });
    await expectMirror(database.pool, sandbox, ['custom_fields']);
  });
});

describe('two passes at once', () => {
  test('of milestones read each of them once each, and come to an end', async ({ mirror }) => {
    const manyMilestones = (sandbox: Sandbox) => {
      shrinkWorkspace(sandbox);
      const [{ object: task = {} } = {}] = sandbox.world.all('tasks');
      for (let n = 0; n < 30; n += 1) {
        sandbox.world.put('milestones', { id: `milestone ${n}`, name: `Milestone ${n}` });
        sandbox.world.put('tasks', { ...task, id: `task ${n}`, milestone: { id: `milestone ${n}` } });
      }
    };
    const { session, sandbox, pass } = await mirror({ ...FEW, latencyMs: 5 }, { prepare: manyMilestones });
    await session.pull();
    pass(60);
    for (const id of idsOf(sandbox, 'tasks')) sandbox.world.patch('tasks', id, { title: 'Moved' });
    const before = sandbox.requests.length;
    await Promise.all([session.pull(), session.lists(['milestones'])]);
    const asked = sandbox.requests
      .slice(before)
      .filter(({ endpoint }) => endpoint === 'GET /milestones/{id}');
    // A task names one that is gone.
    const named = [...sandbox.world.all('tasks')].map(({ object }) => fieldsOf(object.milestone).id);
    const known = new Set([...idsOf(sandbox, 'milestones'), ...named]);
    expect(asked.length).toBeLessThanOrEqual(2 * known.size);
  });

  test('of what changed wait for each other', async ({ mirror }) => {
    let [underWay, most] = [0, 0];
    const counting: typeof fetch = async (input, init) => {
      if (!String(input).endsWith('/issues/search')) return fetch(input, init);
      underWay += 1;
      most = Math.max(most, underWay);
      const answer = await fetch(input, init);
      underWay -= 1;
      return answer;
    };
    const { session } = await mirror(
      { ...FEW, latencyMs: 5 },
      { prepare: shrinkWorkspace, client: { fetch: counting } },
    );
    await Promise.all([session.pull(), session.pull()]);
    expect(most).toBe(1);
  });

  test('over everything: the one that waited reads all of it again', async ({ mirror, database }) => {
    const event = meanwhile();
    const pull = { by: 'list', path: '/contacts', limit: 2 } as const;
    const resources = [{ ...resourceNamed('contacts'), pull }];
    const { session, sandbox } = await mirror(FEW, { prepare: shrinkWorkspace, client: event, resources });
    const first = idsOf(sandbox, 'contacts')[0] ?? '';
    let second: Promise<unknown> = Promise.resolve();
    event.on = /GET \/contacts/;
    event.run = async () => {
      event.run = async () => {
        second = session.reconcile();
        await sleep(100);
        // On a page that the first one has read already.
        sandbox.world.patch('contacts', first, { name: 'Renamed' });
      };
    };
    await session.reconcile();
    await second;
    await expectMirror(database.pool, sandbox, ['contacts']);
  });
});

test('what a merge moved is read again even where it is being read at that moment', async ({
  mirror,
  database,
}) => {
  const event = meanwhile();
  const { session, sandbox } = await mirror(FEW, { prepare: shrinkWorkspace, client: event });
  await session.pull();
  const contacts = [...sandbox.world.all('contacts')];
  const { object: contact = {} } =
    contacts.find(({ object }) => sandbox.world.get('accounts', accountOf(object)) !== undefined) ?? {};
  const loser = accountOf(contact);
  const into = idsOf(sandbox, 'accounts').find((id) => id !== loser) ?? '';
  await session.hint('contacts', String(contact.id));
  event.on = /GET \/contacts\/./;
  event.run = async () => {
    sandbox.world.mergeAccounts(into, [loser]);
    await session.lists(['accounts']);
  };
  await session.drain();
  expect(event.run).toBeUndefined();
  while ((await session.drain()) > 0);
  await expectMirror(database.pool, sandbox, ['accounts', 'contacts', 'issues']);
});

const accountOf = ({ account }: Record<string, unknown>) => String((account as { id?: string } | null)?.id);

test('children are read whole after a first reading that failed on their parents', async ({
  mirror,
  database,
}) => {
  const { session, sandbox } = await mirror(FEW, { prepare: shrinkWorkspace, isRead: false });
  // As often as it is asked for: windows are read side by side.
  sandbox.faults.add({ endpoint: 'GET /issues', kind: '500', times: 1_000 });
  const failed = await session.first();
  sandbox.faults.clear();
  expect(failed.get('issues')).toMatchObject({ state: 'failed' });
  expect(failed.get('issue_messages')).toMatchObject({
    state: 'failed',
    error: 'issues were not read whole: issue_messages may be missing',
  });
  // A change that is followed before the rest is read.
  await session.pull();
  const results = await session.first();
  expect([...results.values()].filter(({ state }) => state !== 'done')).toEqual([]);
  await expectMirror(database.pool, sandbox);
});
