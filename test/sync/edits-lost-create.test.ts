import { beforeAll, describe, expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { pushDue } from '../../src/sync/push/push.ts';
import { answering } from '../helpers/answering.ts';
import { beDue, editsIn, push, pusherOn, statesIn } from '../helpers/edits.ts';
import { newGate } from '../helpers/gate.ts';
import {
  ALL,
  allowAll,
  creatable,
  createdObjects,
  createRequests,
  insert,
  pushUntil,
  rowsOf,
} from '../helpers/inserts.ts';
import { shareMirror, test } from '../helpers/session.ts';

describe('a lost answer', () => {
  const endpoint = (name: string) =>
    `POST ${resourceNamed(name).writes?.create?.path.replace('{knowledge_base_id}', '{id}')}`;

  describe('of a create', () => {
    const shared = shareMirror({ issues: 5 });
    const names = creatable.filter((name) => name !== 'milestones');

    beforeAll(async () => {
      const { mirrored, database } = shared();
      await allowAll(mirrored);
      // Relationships before accounts: none refers to what is new, and waits for it.
      for (const name of names.toReversed()) await insert(database, name);
      for (const name of names)
        mirrored.sandbox.faults.add({ endpoint: endpoint(name), kind: 'lost-answer' });
      await push(mirrored, ALL);
      expect([...new Set(await statesIn(database))]).toEqual(['pending']);
      await pushUntil(mirrored, database, 'applied');
    });

    test.for(names)('in %s is found again, and never a second one made', async (name) => {
      const { mirrored, database } = shared();
      expect(createdObjects(mirrored, name)).toHaveLength(1);
      expect(createRequests(mirrored, name)).toHaveLength(1);
      expect(await rowsOf(database, name)).toMatchObject([{ id: createdObjects(mirrored, name)[0]?.id }]);
    });
  });

  describe('of a create that never came', () => {
    const shared = shareMirror({ issues: 5 });
    const names = ['issues', 'contacts', 'articles'];

    beforeAll(async () => {
      const { mirrored, database } = shared();
      await allowAll(mirrored);
      for (const name of names) await insert(database, name);
      for (const name of names) mirrored.sandbox.faults.add({ endpoint: endpoint(name), kind: 'reset' });
      await push(mirrored, ALL);
      await pushUntil(mirrored, database, 'applied');
    });

    test.for(names)('in %s is sent again', (name) => {
      const { mirrored } = shared();
      expect(createdObjects(mirrored, name)).toHaveLength(1);
      expect(createRequests(mirrored, name)).toHaveLength(2);
    });
  });

  test('of what Pylon lists nowhere is for a person', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    await insert(database, 'milestones');
    mirrored.sandbox.faults.add({ endpoint: 'POST /milestones', kind: 'lost-answer' });
    await push(mirrored, ALL);
    await pushUntil(mirrored, database, 'failed');
    expect(await editsIn(database)).toMatchObject([
      { error: expect.stringContaining('the object may exist') },
    ]);
    expect(createRequests(mirrored, 'milestones')).toHaveLength(1);
  });

  test('of what several objects might be is for a person', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    await insert(database, 'teams');
    mirrored.sandbox.faults.add({ endpoint: 'POST /teams', kind: 'lost-answer' });
    await push(mirrored, ALL);
    mirrored.sandbox.world.create('teams', { name: 'Made here', users: [] });
    await pushUntil(mirrored, database, 'failed');
    expect(await editsIn(database)).toMatchObject([{ error: expect.stringContaining('and might be') }]);
    expect(createRequests(mirrored, 'teams')).toHaveLength(1);
  });

  test.for([
    ['issues', '/issues/search'],
    ['teams', '/teams'],
  ] as const)(
    'of %s whose object no table can hold is for a person',
    async ([name, route], { mirror, database }) => {
      const mirrored = await mirror({ issues: 5 });
      await allowAll(mirrored);
      await insert(database, name);
      mirrored.sandbox.faults.add({ endpoint: `POST /${name}`, kind: 'lost-answer' });
      await push(mirrored, ALL);
      const [made] = createdObjects(mirrored, name);
      answering(mirrored.session, route, (body) => {
        const { data, ...rest } = body as { readonly data: readonly { readonly id: string }[] };
        return { ...rest, data: data.map((one) => (one.id === made?.id ? { ...one, id: null } : one)) };
      });
      await pushUntil(mirrored, database, 'failed');
      expect(await editsIn(database)).toMatchObject([{ error: expect.stringContaining('without an id') }]);
      expect(createRequests(mirrored, name)).toHaveLength(1);
    },
  );

  test('is not taken for what was there before', async ({ mirror, database }) => {
    const mirrored = await mirror(
      { issues: 10 },
      { prepare: ({ world }) => void world.create('teams', { name: 'Made here', users: [] }) },
    );
    await allowAll(mirrored);
    await insert(database, 'teams', { user_ids: "'{}'" });
    mirrored.sandbox.faults.add({ endpoint: 'POST /teams', kind: 'reset' });
    await push(mirrored, ALL);
    await pushUntil(mirrored, database, 'applied');
    expect(createdObjects(mirrored, 'teams')).toHaveLength(2);
  });

  test('of two that say the same makes two', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    await insert(database, 'tasks');
    await insert(database, 'tasks');
    mirrored.sandbox.faults.add({ endpoint: 'POST /tasks', kind: 'reset' });
    await push(mirrored, ALL);
    await pushUntil(mirrored, database, 'applied');
    expect(createdObjects(mirrored, 'tasks')).toHaveLength(2);
    expect((await rowsOf(database, 'tasks')).map(({ id }) => id).sort()).toEqual(
      createdObjects(mirrored, 'tasks')
        .map(({ id }) => id)
        .sort(),
    );
  });

  test('is not sent again while the request may be on its way, whoever looks', async ({
    mirror,
    database,
  }) => {
    const minute = { ...ALL, requestTimeoutMs: 60_000 };
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    await insert(database, 'teams');
    mirrored.sandbox.faults.add({ endpoint: 'POST /teams', kind: 'reset' });
    const pusher = pusherOn(mirrored, minute);
    await pusher.begin();
    await pushDue(pusher);
    for (const look of [() => pushDue(pusher), () => push(mirrored, minute)]) {
      await beDue(database);
      await look();
      expect(await editsIn(database)).toMatchObject([
        { state: 'pending', error: expect.stringContaining('may still be on its way') },
      ]);
    }
    expect(createRequests(mirrored, 'teams')).toHaveLength(1);
  });

  test('is not taken for what another one that says the same is just making', async ({
    mirror,
    database,
  }) => {
    const made = newGate();
    const answered = newGate();
    let creates = 0;
    const client: { fetch: typeof fetch } = {
      async fetch(input, init) {
        if (init?.method !== 'POST' || new URL(String(input)).pathname !== '/tasks')
          return fetch(input, init);
        creates += 1;
        if (creates !== 2) return fetch(input, init);
        const answer = await fetch(input, init);
        made.open();
        await answered.opened;
        return answer;
      },
    };
    const mirrored = await mirror({ issues: 10 }, { client });
    await allowAll(mirrored);
    mirrored.sandbox.faults.add({ endpoint: 'POST /tasks', kind: 'reset' });
    const pusher = pusherOn(mirrored, ALL);
    await pusher.begin();
    await insert(database, 'tasks');
    await pushDue(pusher);
    await insert(database, 'tasks');
    await pusher.take();
    await made.opened;
    await beDue(database);
    await pusher.take();
    await expect
      .poll(() => editsIn(database))
      .toMatchObject([
        { state: 'pending', error: 'the same is being created by another edit' },
        { state: 'sending' },
      ]);
    answered.open();
    await pusher.idle();
    await pushUntil(mirrored, database, 'applied');
    expect(createdObjects(mirrored, 'tasks')).toHaveLength(2);
  });
});
