import { describe, expect } from 'vitest';
import { featureRequests } from '../../src/resources/feature_requests.ts';
import { resourceNamed } from '../../src/resources/index.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { editsIn, push, statesIn } from '../helpers/edits.ts';
import { newGate } from '../helpers/gate.ts';
import { ALL, allowAll, insert, pushUntil } from '../helpers/inserts.ts';
import { test } from '../helpers/session.ts';
import { markedRows } from '../helpers/tombstones.ts';

const SEARCH = '/feature-requests/search';
const accounts = resourceNamed('accounts');
const evidence = resourceNamed('feature_request_evidence');
/** The same with answers that are soon as long as their limit. */
const pull = { ...featureRequests.pull, limit: 4 } as typeof featureRequests.pull;
const limited = { ...featureRequests, pull };

const searches = ({ requests }: Sandbox) =>
  requests.filter(({ path }) => path === SEARCH).map(({ body }) => body as Record<string, unknown>);

/** What the last reading says of itself. */
const said = async ({ pool }: TestDatabase) =>
  (
    await pool.query(
      "SELECT outcome, error FROM pylon_sync.runs WHERE resource = 'feature_requests' ORDER BY id DESC LIMIT 1",
    )
  ).rows[0];

const idsIn = async ({ pool }: TestDatabase) => {
  const { rows } = await pool.query(
    'SELECT id FROM pylon.feature_requests WHERE _deleted_at IS NULL ORDER BY id',
  );
  return rows.map(({ id }) => id).join(' ');
};

/** What `prepare` makes. */
const EVERY = 'a b c d e f g none own';

/** Five that are new, two of them of each of two accounts and one of none, and others of further statuses. */
function prepare({ world }: Sandbox): void {
  for (const { object } of [...world.all('feature_requests')])
    world.remove('feature_requests', `${object.id}`);
  const [one, two] = [...world.all('accounts')].map(({ object }) => object.id);
  const request = (id: string, request_status: string, account_ids: unknown[] = []) =>
    world.put('feature_requests', {
      ...{ id, title: `Title of ${id}`, request_status, account_ids },
      ...{ evidence_count: 0, portal_visible_to_account_ids: [], created_at: '2026-01-01T00:00:00Z' },
    });
  request('none', 'new');
  for (const id of ['a', 'b']) request(id, 'new', [one]);
  for (const id of ['c', 'd']) request(id, 'new', [two]);
  for (const id of ['e', 'f', 'g']) request(id, 'closed');
  request('own', 'under_review', [one]);
}

test('what one answer holds is read with one request, and evidence once its count has moved', async ({
  mirror,
  database,
}) => {
  const resources = [accounts, featureRequests, evidence];
  const { sandbox, session } = await mirror({}, { resources, isRead: false });
  await session.first();
  await expectMirror(database.pool, sandbox, ['feature_requests', 'feature_request_evidence']);
  expect(searches(sandbox)).toEqual([{ limit: 999 }]);
  const asked = () =>
    sandbox.requests.filter(({ endpoint }) => endpoint === 'GET /feature-requests/{id}').length;
  const before = asked();
  const counted = [...sandbox.world.all('feature_requests')].filter(
    ({ object }) => object.evidence_count !== 0,
  );
  expect(before).toBe(counted.length);
  expect(before).toBeLessThan(sandbox.world.count('feature_requests'));
  await session.lists();
  expect(asked()).toBe(before);
  const [request] = [...sandbox.world.all('feature_requests')].filter(
    ({ object }) => object.evidence_count === 1,
  );
  const id = `${request?.object.id}`;
  const piece = {
    source_type: 'manual',
    source_id: null,
    external_url: 'https://x.example',
    summary: 'Again.',
  };
  sandbox.world.put('feature_request_evidence', piece, { feature_request_id: id });
  sandbox.world.patch('feature_requests', id, { evidence_count: 2 });
  await session.lists();
  expect(asked()).toBe(before + 1);
  await expectMirror(database.pool, sandbox, ['feature_requests', 'feature_request_evidence']);
});

test('a feature request without evidence is asked for some once it counts some, and once more when it counts none again', async ({
  mirror,
  database,
}) => {
  const resources = [accounts, featureRequests, evidence];
  const { sandbox, session } = await mirror({}, { resources });
  const asked = () =>
    sandbox.requests.filter(({ endpoint }) => endpoint === 'GET /feature-requests/{id}').length;
  const [request] = [...sandbox.world.all('feature_requests')].filter(
    ({ object }) => object.evidence_count === 0,
  );
  const id = `${request?.object.id}`;
  const path = { feature_request_id: id };
  const piece = {
    source_type: 'manual',
    source_id: null,
    external_url: 'https://x.example',
    summary: 'One.',
  };
  const before = asked();
  const key = sandbox.world.put('feature_request_evidence', piece, path);
  sandbox.world.patch('feature_requests', id, { evidence_count: 1 });
  await session.lists();
  expect(asked()).toBe(before + 1);
  await expectMirror(database.pool, sandbox, ['feature_requests', 'feature_request_evidence']);
  sandbox.world.remove('feature_request_evidence', key);
  sandbox.world.patch('feature_requests', id, { evidence_count: 0 });
  await session.lists();
  await expectMirror(database.pool, sandbox, ['feature_requests', 'feature_request_evidence']);

  // One whose count says nothing of it is found by a reading of everything alone.
  const [other] = [...sandbox.world.all('feature_requests')].filter(
    ({ object }) => object.evidence_count === 0 && object.id !== id,
  );
  sandbox.world.put('feature_request_evidence', piece, { feature_request_id: `${other?.object.id}` });
  await session.reconcileDeep();
  await expectMirror(database.pool, sandbox, ['feature_requests', 'feature_request_evidence']);
});

test('an answer as long as its limit is asked for by status, then by account; one cut off still is said, and proves no deletion', async ({
  mirror,
  database,
}) => {
  const resources = [accounts, limited].flatMap((resource) => resource ?? []);
  const mirrored = await mirror({}, { prepare, resources });
  const { sandbox, session } = mirrored;
  // The status that nothing lists is known once an object that has it came.
  expect(await idsIn(database)).toBe(EVERY);
  const statuses = searches(sandbox).flatMap(({ request_statuses }) => request_statuses ?? []);
  expect(new Set(statuses)).toEqual(new Set(['new', 'in_progress', 'closed', 'archived', 'under_review']));
  expect(await said(database)).toEqual({
    outcome: 'done',
    error: expect.stringMatching(/4 objects at most: there may be more of request_status new, and/),
  });

  for (const id of ['a', 'e']) sandbox.world.remove('feature_requests', id);
  sandbox.world.put('feature_requests', {
    ...{ id: 'h', request_status: 'new', evidence_count: 0, created_at: '2025-01-01T00:00:00Z' },
    account_ids: [],
  });
  await session.lists();
  expect(await markedRows(database.pool)).toEqual(['feature_requests e']);
});

describe('a first reading that is cut off asks by accounts once all of them are there', () => {
  const resources = [accounts, limited];
  /** Resolves once everything that does not depend on accounts was asked for. */
  const untilCutOff = (sandbox: Sandbox) =>
    expect
      .poll(() => searches(sandbox).flatMap(({ request_statuses }) => request_statuses ?? []))
      .toContain('under_review');

  test('though they come later, and those that come after it with the next list', async ({
    mirror,
    database,
  }) => {
    const gate = newGate();
    const { sandbox, session } = await mirror({}, { prepare, resources, isRead: false });
    sandbox.faults.add({ endpoint: 'GET /accounts', kind: 'slow', until: gate.opened });
    const reading = session.first();
    await untilCutOff(sandbox);
    gate.open();
    await reading;
    expect(await idsIn(database)).toBe(EVERY);

    sandbox.world.put('accounts', { id: 'later', name: 'Later' });
    for (const id of ['h', 'i'])
      sandbox.world.put('feature_requests', {
        ...{ id, request_status: 'new', evidence_count: 0, created_at: '2025-01-01T00:00:00Z' },
        account_ids: ['later'],
      });
    const next = newGate();
    sandbox.faults.add({ endpoint: 'GET /accounts', kind: 'slow', until: next.opened });
    const before = searches(sandbox).length;
    const listing = session.lists();
    await expect.poll(() => searches(sandbox).length).toBeGreaterThanOrEqual(before + 6);
    next.open();
    await listing;
    expect(await idsIn(database)).toBe('a b c d e f g h i none own');
  });

  test('and is not complete while accounts fail, but where it needs none of them', async ({
    mirror,
    database,
  }) => {
    const { sandbox, session } = await mirror({}, { prepare, resources, isRead: false });
    sandbox.faults.add({ endpoint: 'GET /accounts', kind: '500', times: 99 });
    expect((await session.first()).get('feature_requests')).toMatchObject({
      state: 'failed',
      error: 'accounts were not read whole: feature_requests may be missing',
    });
    for (const id of ['a', 'b', 'c', 'd', 'none']) sandbox.world.remove('feature_requests', id);
    expect((await session.first()).get('feature_requests')).toMatchObject({ state: 'done' });
    sandbox.faults.clear();
    const asked = searches(sandbox).length;
    expect((await session.first()).get('accounts')).toMatchObject({ state: 'done' });
    expect(searches(sandbox)).toHaveLength(asked);
    expect(await said(database)).toEqual({ outcome: 'done', error: null });
  });

  test('and ends where Pylon gives no access to them', async ({ mirror, database }) => {
    const { sandbox, session } = await mirror({}, { prepare, resources, isRead: false });
    sandbox.faults.add({ endpoint: 'GET /accounts', kind: '403', times: 99 });
    await session.first();
    expect(await said(database)).toEqual({
      outcome: 'done',
      error: expect.stringContaining('there may be more of request_status new, and'),
    });
  });

  test('after a restart as well', async ({ mirror, database }) => {
    const gate = newGate();
    const ended = new AbortController();
    const { sandbox, session, reopen } = await mirror(
      {},
      { prepare, resources, isRead: false, signal: ended.signal },
    );
    sandbox.faults.add({ endpoint: 'GET /accounts', kind: 'slow', until: gate.opened });
    const reading = session.first();
    await untilCutOff(sandbox);
    ended.abort(new Error('ended'));
    await expect(reading).rejects.toThrow('ended');
    gate.open();
    expect(await said(database)).toMatchObject({ outcome: 'interrupted' });
    await session.close();
    await (await reopen({ resources })).first();
    expect(await idsIn(database)).toBe(EVERY);
  });

  test('though it was read alone before they were, and so do listings per parent', async ({
    mirror,
    database,
  }) => {
    const messages = ['issues', 'issue_messages'].map(resourceNamed);
    const { sandbox, session, reopen } = await mirror(
      { issues: 5 },
      { prepare, resources: [limited, resourceNamed('issue_messages')], isRead: false },
    );
    await session.first();
    expect(await said(database)).toMatchObject({ outcome: 'done' });
    await session.close();
    const all = await reopen({ resources: [...resources, ...messages] });
    await all.first();
    expect(await idsIn(database)).toBe(EVERY);
    await expectMirror(database.pool, sandbox, ['issues', 'issue_messages']);
    // Once.
    const asked = sandbox.requests.length;
    await all.first();
    expect(sandbox.requests).toHaveLength(asked);
  });
});

test('a change, a create and a portal visibility leave the accounts that only a search says', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({}, { resources: [accounts, featureRequests].flatMap((one) => one ?? []) });
  await allowAll(mirrored);
  const rowOf = async (id: string) =>
    (await database.pool.query('SELECT * FROM pylon.feature_requests WHERE id = $1', [id])).rows[0];
  const { rows } = await database.pool.query(
    "SELECT * FROM pylon.feature_requests WHERE cardinality(account_ids) > 1 AND request_status <> 'closed' LIMIT 1",
  );
  const [before] = rows;
  await database.pool.query(
    'UPDATE pylon.feature_requests SET request_status = \'closed\', custom_fields = \'{"effort": "3"}\' WHERE id = $1',
    [before.id],
  );
  await database.pool.query('SELECT pylon.set_feature_request_visibility($1, $2, true)', [
    before.id,
    before.account_ids,
  ]);
  const made = await insert(database, 'feature_requests', { request_status: "'in_progress'" });
  await push(mirrored, ALL);
  await push(mirrored, ALL);
  expect(new Set(await statesIn(database))).toEqual(new Set(['applied']));
  const after = await rowOf(before.id);
  expect(after).toMatchObject({ request_status: 'closed', custom_fields: { effort: '3' } });
  expect(after.account_ids).toEqual(before.account_ids);
  expect(after.portal_visible_to_account_ids).toEqual(expect.arrayContaining(before.account_ids));
  const { rows: created } = await database.pool.query(
    "SELECT id, request_status, account_ids FROM pylon.feature_requests WHERE title = 'Made here'",
  );
  expect(created).toEqual([
    { id: expect.not.stringMatching(made), request_status: 'in_progress', account_ids: [] },
  ]);
  // Neither a request for one record nor a listing finds anything to write.
  await mirrored.session.hint('feature_requests', before.id);
  await mirrored.session.drain();
  const results = await mirrored.session.lists(['feature_requests']);
  expect(results.get('feature_requests')).toMatchObject({ inserted: 0, updated: 0, deleted: 0 });
  expect((await rowOf(before.id))._synced_at).toEqual(after._synced_at);
});

test('a create whose answer was lost is for a person where the one answer that might show it is cut off', async ({
  mirror,
  database,
}) => {
  const many = ({ world }: Sandbox) => {
    for (let index = 0; index < 999; index += 1)
      world.put('feature_requests', { id: `many-${index}`, title: 'Another', request_status: 'closed' });
  };
  const mirrored = await mirror(
    { issues: 5 },
    { resources: [featureRequests], isRead: false, prepare: many },
  );
  await allowAll(mirrored);
  await insert(database, 'feature_requests');
  mirrored.sandbox.faults.add({ endpoint: 'POST /feature-requests', kind: 'reset' });
  await push(mirrored, ALL);
  await pushUntil(mirrored, database, 'failed');
  const [edit] = await editsIn(database);
  expect(edit?.error).toContain('Pylon lists not all');
});
