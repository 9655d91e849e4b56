import { expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';
import { push, statesIn } from '../helpers/edits.ts';
import { type Mirrored, test } from '../helpers/session.ts';

/** Enough, and read sooner than everything. */
const ONLY = { resources: ['accounts', 'contacts', 'issues'].map(resourceNamed) };

/** More than are read again in one go. */
const MANY = 130;

const accountsOf = ({ sandbox }: Mirrored) =>
  [...sandbox.world.all('accounts')].map(({ object }) => String(object.id));

/** Gives issues to an account, and reads them. */
async function moveTo(mirrored: Mirrored, account: string): Promise<void> {
  for (const { object } of [...mirrored.sandbox.world.all('issues')])
    mirrored.sandbox.world.patch('issues', String(object.id), { account: { id: account, external_ids: [] } });
  mirrored.pass(60);
  await mirrored.session.pull();
}

const waiting = async ({ pool }: TestDatabase) =>
  (await pool.query("SELECT count(*)::int AS n FROM pylon_sync.rereads WHERE resource = 'issues'")).rows[0].n;

const asked = ({ sandbox }: Mirrored) =>
  sandbox.requests.filter(({ endpoint }) => endpoint === 'GET /issues/{id}').length;

async function merge(mirrored: Mirrored, database: TestDatabase, into: string, loser: string): Promise<void> {
  await allowOperations(database, 'delete');
  await database.pool.query('SELECT pylon.merge_accounts($1, ARRAY[$2])', [into, loser]);
  await push(mirrored, { allow: ['delete'] });
  expect(await statesIn(database)).toEqual(['applied']);
}

test('what referred to an account that was merged from here is read again at once, and the account is gone', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 20 }, ONLY);
  const [into = '', loser = ''] = accountsOf(mirrored);
  await moveTo(mirrored, loser);
  await merge(mirrored, database, into, loser);
  const { rows } = await database.pool.query(
    "SELECT record_id, evidence FROM pylon_sync.tombstones WHERE resource = 'accounts'",
  );
  expect(rows).toEqual([
    {
      record_id: loser,
      evidence: {
        ...{ edit: 1, deleted_by: expect.any(String), merged_into: into },
        confirmed_by: 'GET /accounts/{id}',
      },
    },
  ]);
  while ((await mirrored.session.drain()) > 0);
  await expectMirror(database.pool, mirrored.sandbox, ['accounts', 'issues', 'contacts']);
});

test('many that a merge moved wait behind all else, and those that something else has read are not asked for', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: MANY }, ONLY);
  const { session, sandbox } = mirrored;
  const [into = '', loser = ''] = accountsOf(mirrored);
  await moveTo(mirrored, loser);
  await merge(mirrored, database, into, loser);
  const before = asked(mirrored);
  expect(await waiting(database)).toBe(MANY);

  // Somebody points to one of them meanwhile.
  const [first] = sandbox.world.all('issues');
  await session.hint('issues', String(first?.object.id));
  await session.drain();
  expect(asked(mirrored) - before).toBe(1);

  await session.drain();
  const read = asked(mirrored) - before - 1;
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(MANY / 2);
  expect(await waiting(database)).toBe(MANY - 1 - read);

  // The nightly comparison comes to the rest first.
  await session.reconcile(['issues']);
  await session.drain();
  expect(asked(mirrored) - before - 1).toBe(read);
  expect(await waiting(database)).toBe(0);
  await expectMirror(database.pool, sandbox, ['accounts', 'issues', 'contacts']);
});
