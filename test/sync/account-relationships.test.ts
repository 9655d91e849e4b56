import { expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import { push, statesIn } from '../helpers/edits.ts';
import { ALL, allowAll, anyId, insert, pushUntil } from '../helpers/inserts.ts';
import { test } from '../helpers/session.ts';

const RELATIONSHIPS = 'account_relationships';
const resources = ['accounts', RELATIONSHIPS].map(resourceNamed);

test('an INSERT relates two accounts, once where its answer is lost, and a DELETE separates them', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({}, { resources });
  const { sandbox, session } = mirrored;
  await allowAll(mirrored);
  const id = await insert(database, RELATIONSHIPS, { account_id: anyId('accounts', "name <> ''") });
  sandbox.faults.add({ endpoint: 'POST /accounts/{id}/relationship', kind: 'lost-answer' });
  await push(mirrored, ALL);
  expect(await statesIn(database)).toEqual(['pending']);
  const before = sandbox.world.count(RELATIONSHIPS);
  await pushUntil(mirrored, database, 'applied');
  expect(sandbox.world.count(RELATIONSHIPS)).toBe(before);
  await expectMirror(database.pool, sandbox, [RELATIONSHIPS]);

  const { rows } = await database.pool.query('SELECT pylon_sync.real_id($1) AS id', [id]);
  await database.pool.query('DELETE FROM pylon.account_relationships WHERE id = $1', [rows[0].id]);
  await push(mirrored, ALL);
  expect(await statesIn(database)).toEqual(['applied', 'applied']);
  expect(sandbox.world.get(RELATIONSHIPS, rows[0].id)).toBeUndefined();
  await session.lists();
  await expectMirror(database.pool, sandbox, [RELATIONSHIPS]);
});

test('relationships are asked for again of an account that has changed, and of no other', async ({
  mirror,
  database,
}) => {
  const { sandbox, session } = await mirror({}, { resources });
  const [account, other] = [...sandbox.world.all('accounts')].map(({ object }) => `${object.id}`);
  const related = { related_object_id: other, relationship_type: 'parent_account' };
  sandbox.world.create(RELATIONSHIPS, related, { account_id: `${account}` });
  sandbox.world.patch('accounts', `${account}`, { name: 'Renamed' });
  await session.lists();
  const asked = sandbox.requests.filter(({ path }) => path.endsWith('/relationships'));
  expect(new Set(asked.map(({ path }) => path))).toEqual(new Set([`/accounts/${account}/relationships`]));
  await expectMirror(database.pool, sandbox, [RELATIONSHIPS]);
});
