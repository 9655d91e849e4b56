import { describe, expect } from 'vitest';
import { resources } from '../../src/resources/index.ts';
import { newRereads } from '../../src/sync/runs/reread-queue.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { countingRoundTrips } from '../helpers/round-trips.ts';
import { type Mirrored, test } from '../helpers/session.ts';

const idsOf = ({ sandbox }: Mirrored, resource: string): string[] =>
  [...sandbox.world.all(resource)].flatMap(({ object }) =>
    typeof object.id === 'string' ? [object.id] : [],
  );

describe('a record that something points to', () => {
  test('is read again at once, with what hangs on it, and nothing else is', async ({ mirror, database }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    await session.pull();
    const [id = ''] = idsOf(mirrored, 'issues');
    const { updated_at } = sandbox.world.get('issues', id) ?? {};
    sandbox.world.patch('issues', id, { title: 'Hinted', updated_at });
    mirrored.pass(60);
    sandbox.world.addMessage(id, { message_html: '<p>Hinted too.</p>' });
    await session.hint('issues', id);
    const from = sandbox.requests.length;
    expect(await session.drain()).toBe(1);
    await expectMirror(database.pool, sandbox, ['issues', 'issue_messages'], { ticking: true });
    expect(
      sandbox.requests
        .slice(from)
        .map(({ endpoint }) => endpoint)
        .toSorted(),
    ).toEqual(['GET /issues/{id}', 'GET /issues/{id}/messages', 'GET /issues/{id}/threads']);
    expect(await session.drain()).toBe(0);
  });

  test('that was not known is brought in', async ({ mirror, database }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    sandbox.world.put('contacts', { id: 'fresh', name: 'Fresh' });
    await session.hint('contacts', 'fresh');
    await session.drain();
    await expectMirror(database.pool, sandbox, ['contacts']);
  });

  test('and that is gone is marked, once a search of its own second misses it too', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    const [id = '', other = ''] = idsOf(mirrored, 'issues');
    sandbox.world.remove('issues', id);
    await session.hint('issues', id);
    await session.hint('issues', other);
    await session.drain();
    await expectMirror(database.pool, sandbox, ['issues', 'issue_messages']);
    const { rows } = await database.pool.query(
      "SELECT record_id, evidence FROM pylon_sync.tombstones WHERE resource = 'issues'",
    );
    expect(rows).toMatchObject([
      {
        record_id: id,
        evidence: { absent_from: 'POST /issues/search of its own second', status: 404 },
      },
    ]);
  });

  test('is left to the next list where no search can tell', async ({ mirror, database }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    const [id = ''] = idsOf(mirrored, 'contacts');
    sandbox.world.remove('contacts', id);
    await session.hint('contacts', id);
    await session.drain();
    const { rows } = await database.pool.query('SELECT _deleted_at FROM pylon.contacts WHERE id = $1', [id]);
    expect(rows).toEqual([{ _deleted_at: null }]);
    expect(await session.drain()).toBe(0);
    await session.lists(['contacts']);
    await expectMirror(database.pool, sandbox, ['contacts']);
  });

  test('is waited for while a person holds its row, longer each time, and then brought up to date', async ({
    mirror,
    database,
    locks,
  }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    const [id = ''] = idsOf(mirrored, 'issues');
    const { updated_at } = sandbox.world.get('issues', id) ?? {};
    sandbox.world.patch('issues', id, { title: 'Held', updated_at });
    const lock = await locks.row('pylon.issues', id);
    await session.hint('issues', id);
    let now = 0;
    const rereads = newRereads(session.ctx, resources, session.puller.follow, () => now);
    const fetchedAt = (ms: number) => {
      now = ms;
      return rereads.drain('issues');
    };
    expect(await fetchedAt(0)).toBe(1);
    // Not at once again: a person may take their time.
    expect(await fetchedAt(499)).toBe(0);
    expect(await fetchedAt(500)).toBe(1);
    expect(await fetchedAt(1_499)).toBe(0);
    await lock.release();
    expect(await fetchedAt(1_500)).toBe(1);
    await expectMirror(database.pool, sandbox, ['issues']);
  });

  test('by an id that Pylon takes for none is let go of', async ({ mirror, database }) => {
    const mirrored = await mirror();
    await mirrored.session.hint('issues', '..');
    await mirrored.session.drain();
    const { rows } = await database.pool.query('SELECT record_id FROM pylon_sync.rereads');
    expect(rows).toEqual([]);
  });
});

test('an issue whose messages are not to be had is looked at itself, and found gone', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror();
  const { sandbox, session } = mirrored;
  await session.pull();
  const [id = ''] = idsOf(mirrored, 'issues');
  mirrored.pass(60);
  sandbox.world.addMessage(id);
  // The search still shows it, and a moment later it is gone.
  sandbox.faults.add({ endpoint: 'GET /issues/{id}/messages', kind: '404', times: 1 });
  await session.pull();
  sandbox.world.remove('issues', id);
  await session.drain();
  await expectMirror(database.pool, sandbox, ['issues', 'issue_messages'], { ticking: true });
});

describe('records that wait to be read again', () => {
  const hintAll = async ({ session }: Mirrored, ids: readonly string[]) => {
    for (const id of ids) await session.hint('contacts', id);
  };
  const waiting = async ({ pool }: TestDatabase) =>
    (await pool.query('SELECT record_id FROM pylon_sync.rereads')).rows.map((row) => row.record_id);

  test('are stored together, and leave the queue in the same transaction', async ({ mirror, database }) => {
    const mirrored = await mirror({ latencyMs: 5 });
    const ids = idsOf(mirrored, 'contacts').slice(0, 18);
    expect(ids).toHaveLength(18);
    for (const id of ids) mirrored.sandbox.world.patch('contacts', id, { name: 'New' });
    await hintAll(mirrored, ids);
    const { asked } = await countingRoundTrips(() => mirrored.session.drain());
    await expectMirror(database.pool, mirrored.sandbox, ['contacts']);
    expect(await waiting(database)).toEqual([]);
    // Those of six requests at a time, and the run's own.
    expect(asked.transactions).toBeLessThanOrEqual(12);
  });

  test('wait on where their rows are locked, and where a trigger refuses them; the others are stored', async ({
    mirror,
    database,
    locks,
  }) => {
    const mirrored = await mirror({ latencyMs: 5 });
    const ids = idsOf(mirrored, 'contacts').slice(0, 6);
    const [locked = '', refused = ''] = ids;
    await database.pool.query(`
      CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'not this one'; END $$;
      CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON pylon.contacts DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.id = '${refused}') EXECUTE FUNCTION public.refuse()`);
    for (const id of ids) mirrored.sandbox.world.patch('contacts', id, { name: 'New' });
    await hintAll(mirrored, ids);
    const lock = await locks.row('pylon.contacts', locked);
    await mirrored.session.drain();
    await lock.release();
    expect((await waiting(database)).toSorted()).toEqual([locked, refused].toSorted());
    const { rows } = await database.pool.query("SELECT id FROM pylon.contacts WHERE name = 'New'");
    expect(rows.map(({ id }) => id).toSorted()).toEqual(
      ids.filter((id) => id !== locked && id !== refused).toSorted(),
    );
  });
});
