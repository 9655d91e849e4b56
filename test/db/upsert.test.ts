import { randomBytes } from 'node:crypto';
import { describe, expect } from 'vitest';
import { contacts } from '../../src/resources/contacts.ts';
import { issues } from '../../src/resources/issues.ts';
import { userRoles } from '../../src/resources/user_roles.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { test } from '../helpers/leased-database.ts';

const issue = (id: string, fields: object = {}) => ({
  id,
  number: 1,
  title: `Issue ${id}`,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  ...fields,
});

describe('storing a page', () => {
  test('inserts, then leaves alone what is unchanged, then updates what changed', async ({ mirror }) => {
    const page = [issue('b'), issue('a'), issue('c')];
    expect(await mirror.store(issues, page)).toMatchObject({
      read: 3,
      inserted: 3,
      updated: 0,
      unchanged: 0,
    });
    const before = await mirror.rows('SELECT id, xmin::text, ctid::text FROM pylon.issues ORDER BY id');
    expect(await mirror.store(issues, page)).toMatchObject({ inserted: 0, updated: 0, unchanged: 3 });
    expect(await mirror.rows('SELECT id, xmin::text, ctid::text FROM pylon.issues ORDER BY id')).toEqual(
      before,
    );
    expect(await mirror.store(issues, [issue('b', { title: 'New' }), issue('a')])).toMatchObject({
      updated: 1,
      unchanged: 1,
    });
    expect(await mirror.rows('SELECT title FROM pylon.issues ORDER BY id')).toEqual([
      { title: 'Issue a' },
      { title: 'New' },
      { title: 'Issue c' },
    ]);
  });

  test('keeps every kind of value as it was sent', async ({ mirror }) => {
    await mirror.store(issues, [
      issue('a', {
        tags: ['plain', 'comma, "quote" \\ {brace}', '', 'NULL', 'ünï'],
        number: Number.MAX_SAFE_INTEGER,
        customer_portal_visible: false,
        custom_fields: {
          area: { slug: 'area', values: ['x', 'y'] },
          priority: { slug: 'priority', value: 'high' },
        },
        csat_responses: [{ score: 5, comment: 'a\tb\n"c"' }],
        created_at: '0001-01-02T00:00:00Z',
        updated_at: '9999-12-31T23:59:59Z',
        time_in_status_seconds: null,
        brand_new_field: { nested: [1, null, 'x'] },
      }),
    ]);
    const [row] = await mirror.rows(`
      SELECT tags, number::text, customer_portal_visible, custom_fields, csat_responses, _extra,
             created_at AT TIME ZONE 'UTC' = '0001-01-02' AS first, updated_at AT TIME ZONE 'UTC' = '9999-12-31 23:59:59' AS last,
             time_in_status_seconds IS NULL AS unset, _deleted_at IS NULL AS live, _synced_at <= now() AS synced
        FROM pylon.issues`);
    expect(row).toEqual({
      tags: ['plain', 'comma, "quote" \\ {brace}', '', 'NULL', 'ünï'],
      number: String(Number.MAX_SAFE_INTEGER),
      customer_portal_visible: false,
      custom_fields: { area: ['x', 'y'], priority: 'high' },
      csat_responses: [{ score: 5, comment: 'a\tb\n"c"' }],
      _extra: { brand_new_field: { nested: [1, null, 'x'] } },
      first: true,
      last: true,
      unset: true,
      live: true,
      synced: true,
    });
  });

  test('takes the last of two objects with one id', async ({ mirror }) => {
    expect(
      await mirror.store(issues, [issue('a', { title: 'old' }), issue('a', { title: 'new' })]),
    ).toMatchObject({
      read: 2,
      inserted: 1,
    });
    expect(await mirror.rows('SELECT title FROM pylon.issues')).toEqual([{ title: 'new' }]);
  });

  test('brings a deleted row back when Pylon sends it again, though its content is the same', async ({
    mirror,
  }) => {
    await mirror.store(issues, [issue('a')]);
    await asDaemon(mirror.pool, 'UPDATE pylon.issues SET _deleted_at = now()');
    expect(await mirror.store(issues, [issue('a')])).toMatchObject({ updated: 1 });
    expect(await mirror.rows('SELECT _deleted_at FROM pylon.issues')).toEqual([{ _deleted_at: null }]);
  });
});

describe('one bad record', () => {
  test('does not cost the page: text, ids and shapes that Postgres cannot take', async ({ mirror }) => {
    const stored = await mirror.store(issues, [
      issue('good'),
      issue('nul', { title: 'a\u0000b', body_html: '\ud800' }),
      { title: 'without id' },
      'not an object',
      issue('huge index', { account: { id: randomBytes(100_000).toString('base64') } }),
      issue('last'),
    ]);
    expect(stored).toMatchObject({ read: 6, inserted: 3, rejected: 3 });
    expect(await mirror.rows('SELECT id, title FROM pylon.issues ORDER BY id')).toEqual([
      { id: 'good', title: 'Issue good' },
      { id: 'last', title: 'Issue last' },
      { id: 'nul', title: 'a\uFFFDb' },
    ]);
    expect(
      await mirror.rows('SELECT resource, record_id, reason FROM pylon_sync.rejected_records ORDER BY id'),
    ).toEqual([
      { resource: 'issues', record_id: null, reason: 'no id' },
      { resource: 'issues', record_id: null, reason: 'not a JSON object' },
      { resource: 'issues', record_id: 'huge index', reason: expect.stringMatching(/index row/) },
    ]);
    expect(
      await mirror.rows(`SELECT payload->>'title' AS title, length(payload->>'account_id') AS length
                           FROM pylon_sync.rejected_records WHERE record_id = 'huge index'`),
    ).toEqual([{ title: 'Issue huge index', length: 133_336 }]);
  });

  test('is kept once, however often it is sent', async ({ mirror }) => {
    await mirror.store(issues, [{ title: 'x' }]);
    await mirror.store(issues, [{ title: 'x' }]);
    expect(await mirror.rows('SELECT payload FROM pylon_sync.rejected_records')).toEqual([
      { payload: { title: 'x' } },
    ]);
  });
});

describe('no older state over newer', () => {
  test('a page asked for before the row was answered does not replace it', async ({ mirror }) => {
    const store = mirror.storer(contacts);
    const early = mirror.lease.nextOrder();
    await mirror.store(contacts, [{ id: 'c', name: 'new' }]);
    const order = { asked: early, answered: mirror.lease.nextOrder() };
    expect(await store.write(store.map([{ id: 'c', name: 'old' }], {}, order))).toMatchObject({
      updated: 0,
      deferred: ['c'],
    });
    expect(await mirror.rows('SELECT name FROM pylon.contacts')).toEqual([{ name: 'new' }]);
    expect(await mirror.rows('SELECT resource, record_id FROM pylon_sync.rereads')).toEqual([
      { resource: 'contacts', record_id: 'c' },
    ]);
  });

  test('a later updated_at wins all the same', async ({ mirror }) => {
    const store = mirror.storer(issues);
    const early = mirror.lease.nextOrder();
    await mirror.store(issues, [issue('a', { title: 'first' })]);
    const order = { asked: early, answered: mirror.lease.nextOrder() };
    const later = issue('a', { title: 'later', updated_at: '2026-01-02T00:00:00Z' });
    expect(await store.write(store.map([later], {}, order))).toMatchObject({ updated: 1, deferred: [] });
  });
});

describe('a row that somebody holds locked', () => {
  test('is not waited for, and is noted to be read again', async ({ mirror, locks }) => {
    await mirror.store(issues, [issue('a'), issue('b')]);
    const lock = await locks.row('pylon.issues', 'a');
    const changed = [issue('a', { title: 'A' }), issue('b', { title: 'B' })];
    const stored = await mirror.store(issues, changed);
    await lock.release();
    expect(stored).toMatchObject({ updated: 1, deferred: ['a'] });
    expect(await mirror.rows('SELECT record_id FROM pylon_sync.rereads')).toEqual([{ record_id: 'a' }]);
  });

  test('holds back the cursor where one record cannot be asked for', async ({ mirror, locks }) => {
    await mirror.store(userRoles, [{ id: 'r', name: 'Admin' }]);
    const lock = await locks.row('pylon.user_roles', 'r');
    let moved = false;
    const store = mirror.storer(userRoles);
    const order = { asked: mirror.lease.nextOrder(), answered: mirror.lease.nextOrder() };
    await store.write(store.map([{ id: 'r', name: 'Owner' }], {}, order), async () => {
      moved = true;
    });
    await lock.release();
    expect(moved).toBe(false);
    expect(await mirror.rows('SELECT 1 FROM pylon_sync.rereads')).toEqual([]);
  });
});

test('rows and what covers them commit together or not at all', async ({ mirror }) => {
  const store = mirror.storer(issues);
  const order = { asked: mirror.lease.nextOrder(), answered: mirror.lease.nextOrder() };
  await expect(
    store.write(store.map([issue('a')], {}, order), async () => {
      throw new Error('killed');
    }),
  ).rejects.toThrow('killed');
  expect(await mirror.rows('SELECT 1 FROM pylon.issues')).toEqual([]);
});
