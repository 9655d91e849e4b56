import { expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';
import { editsIn, push } from '../helpers/edits.ts';
import { type Mirrored, test } from '../helpers/session.ts';

/** More than go in one request, which takes a hundred. */
const MANY = 120;
const REQUESTS = 2;
/** No children of accounts: there are so many accounts that reading their children would take long. */
const RESOURCES = ['users', 'accounts'].map(resourceNamed);

function prepare({ world }: Sandbox): void {
  for (let n = 0; n < MANY; n += 1)
    world.create('accounts', {
      ...{ name: `Bulk ${n}`, type: 'customer', owner: null, tags: n % 2 === 0 ? ['old'] : [], domains: [] },
      ...{ primary_domain: '', custom_fields: {}, external_ids: [], channels: [] },
    });
}

const userOf = ({ sandbox }: Mirrored) => String([...sandbox.world.all('users')][0]?.object.id);
const named = ({ sandbox }: Mirrored) =>
  [...sandbox.world.all('accounts')].filter(({ object }) => String(object.name).startsWith('Bulk '));

const requests = ({ sandbox }: Mirrored, endpoint: string) =>
  sandbox.requests.filter((request) => request.endpoint === endpoint).length;

const edit = ({ pool }: TestDatabase, set: string) =>
  pool.query(`UPDATE pylon.accounts SET ${set} WHERE name LIKE 'Bulk %'`);

const counted = async (database: TestDatabase) => {
  const counts: Record<string, number> = {};
  for (const { state } of await editsIn(database)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
};

test('the same owner of many accounts goes in few requests, compared and read back', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 3 }, { prepare, resources: RESOURCES });
  const owner = userOf(mirrored);
  await edit(database, `owner_id = '${owner}'`);
  const before = requests(mirrored, 'POST /accounts/search');
  await push(mirrored);
  expect(await counted(database)).toEqual({ applied: MANY });
  expect(requests(mirrored, 'PATCH /accounts')).toBe(REQUESTS);
  expect(requests(mirrored, 'PATCH /accounts/{id}')).toBe(0);
  expect(requests(mirrored, 'POST /accounts/search') - before).toBeLessThanOrEqual(3 * REQUESTS);
  expect(named(mirrored).every(({ object }) => (object.owner as { id?: unknown } | null)?.id === owner)).toBe(
    true,
  );
  const { rows } = await database.pool.query(
    "SELECT count(*)::int AS n FROM pylon.accounts WHERE name LIKE 'Bulk %' AND owner_id = $1 AND owner_email IS NOT NULL",
    [owner],
  );
  expect(rows).toEqual([{ n: MANY }]);
});

test('tags are added to what each has', async ({ mirror, database }) => {
  const mirrored = await mirror({ issues: 3 }, { prepare, resources: RESOURCES });
  await edit(database, "tags = tags || '{new}'");
  const [one] = named(mirrored);
  mirrored.sandbox.world.patch('accounts', String(one?.object.id), { tags: ['theirs'] });
  await push(mirrored);
  expect(await counted(database)).toEqual({ applied: MANY });
  expect(requests(mirrored, 'PATCH /accounts')).toBe(REQUESTS);
  const tags = named(mirrored).map(({ object }) => object.tags as string[]);
  expect(tags.every((all) => all.includes('new'))).toBe(true);
  expect(tags.filter((all) => all.includes('old')).length).toBeGreaterThan(MANY / 2 - 2);
  expect(tags.filter((all) => all.includes('theirs'))).toHaveLength(1);
});

test('what conflicts, what is gone and what the request left undone is each its own matter', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 3 }, { prepare, resources: RESOURCES });
  const [owner, other] = [...mirrored.sandbox.world.all('users')].map(({ object }) => ({
    id: object.id,
    email: object.email,
  }));
  await edit(database, `owner_id = '${owner?.id}'`);
  const [contested, gone, late] = named(mirrored).map(({ object }) => String(object.id));
  mirrored.sandbox.world.patch('accounts', contested ?? '', { owner: other });
  mirrored.sandbox.world.remove('accounts', gone ?? '');
  const pushing = push(mirrored);
  await expect.poll(() => requests(mirrored, 'PATCH /accounts'), { interval: 5 }).toBeGreaterThan(0);
  await pushing;
  const states = new Map((await editsIn(database)).map((each) => [each.record_id, each.state]));
  expect([states.get(contested ?? ''), states.get(gone ?? ''), states.get(late ?? '')]).toEqual([
    'conflict',
    'failed',
    'applied',
  ]);
  expect(await counted(database)).toEqual({ applied: MANY - 2, conflict: 1, failed: 1 });
});

test('a lost answer is looked into before anything is sent again', async ({ mirror, database }) => {
  const mirrored = await mirror({ issues: 3 }, { prepare, resources: RESOURCES });
  await edit(database, `owner_id = '${userOf(mirrored)}'`);
  mirrored.sandbox.faults.add({ endpoint: 'PATCH /accounts', kind: 'lost-answer', times: REQUESTS });
  await push(mirrored);
  await expect
    .poll(
      async () => {
        await push(mirrored);
        return counted(database);
      },
      { interval: 200 },
    )
    .toEqual({ applied: MANY });
  expect(requests(mirrored, 'PATCH /accounts')).toBe(REQUESTS);
  expect(requests(mirrored, 'PATCH /accounts/{id}')).toBe(0);
});

test('few accounts, and changes that are not alike, go one by one', async ({ mirror, database }) => {
  const mirrored = await mirror({ issues: 3 }, { prepare, resources: RESOURCES });
  await database.pool.query(
    `UPDATE pylon.accounts SET owner_id = $1 WHERE id IN (SELECT id FROM pylon.accounts WHERE name LIKE 'Bulk %' LIMIT 3)`,
    [userOf(mirrored)],
  );
  await database.pool.query("UPDATE pylon.accounts SET name = name || '!' WHERE name LIKE 'Bulk 1_'");
  await push(mirrored);
  expect(requests(mirrored, 'PATCH /accounts')).toBe(0);
  const states = await counted(database);
  expect(states).toEqual({ applied: 3 + 10 });
});

test('a record that is new itself is named by its id, in however many edits', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 3 }, { prepare, resources: RESOURCES });
  const { world } = mirrored.sandbox;
  const slug = 'made_here';
  world.create('custom_fields', { object_type: 'account', type: 'text', slug, label: 'Made here' });
  await allowOperations(database, 'update', 'create');
  await database.pool.query(
    "INSERT INTO pylon.accounts (id, name, primary_domain, domains) VALUES ('local-new', 'Parent', 'new.example', '{new.example}')",
  );
  await edit(database, `custom_fields = custom_fields || '{"${slug}": "local-new"}'`);
  for (let times = 0; times < 3; times += 1) await push(mirrored, { allow: ['update', 'create'] });
  const { rows } = await database.pool.query("SELECT id FROM pylon.accounts WHERE name = 'Parent'");
  const values = named(mirrored).map(
    ({ object }) => (object.custom_fields as Record<string, { value?: unknown }>)[slug]?.value,
  );
  expect(new Set(values)).toEqual(new Set([rows[0].id]));
});
