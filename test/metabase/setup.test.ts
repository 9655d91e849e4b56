import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type FakeMetabase, startFakeMetabase } from './fake.ts';

const SCRIPT = join(import.meta.dirname, '../../docs/metabase/setup.mjs');
const PASSWORD = 'admin-secret-1';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the set-up as the container does; whatever comes of it, it says no secret. */
async function setUp(
  fake: FakeMetabase | string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const ended = await new Promise<Ended>((resolve) => {
    execFile(
      process.execPath,
      [SCRIPT],
      {
        env: {
          METABASE_ADDRESS: typeof fake === 'string' ? fake : fake.address,
          METABASE_EMAIL: 'ann@us.example',
          METABASE_PASSWORD: PASSWORD,
          BI_PASSWORD: 'reader-secret',
          METABASE_WAIT_SECONDS: '20',
          ...env,
        },
      },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
  const secrets = [PASSWORD, 'reader-secret', env.METABASE_PASSWORD, env.BI_PASSWORD, 'the-token'];
  for (const secret of secrets.filter(Boolean)) expect(ended.stdout + ended.stderr).not.toContain(secret);
  return ended;
}

const changes = ({ asked }: FakeMetabase) =>
  asked.filter((line) => !line.startsWith('GET ') && !line.endsWith('/api/session'));

test('a new Metabase gets its administrator, a data source that reads the views alone, and a dashboard', async () => {
  const fake = await startFakeMetabase();
  fake.startsIn = 2;
  const { code, stdout, stderr } = await setUp(fake);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.split('\n').filter(Boolean)).toEqual([
    'metabase-setup: made the administrator ann@us.example',
    'metabase-setup: added the data source',
    'metabase-setup: made the dashboard Pylon with 10 questions',
    'metabase-setup: Metabase is set up',
  ]);
  expect(fake.databases).toMatchObject([
    {
      name: 'Pylon',
      engine: 'postgres',
      details: {
        ...{ host: 'postgres', port: 5432, dbname: 'pylon', user: 'bi', password: 'reader-secret' },
        ...{ 'schema-filters-type': 'inclusion', 'schema-filters-patterns': 'pylon_bi' },
      },
    },
  ]);
  const [database] = fake.databases;
  expect(fake.cards.map(({ dataset_query }) => dataset_query)).toEqual(
    fake.cards.map(() => ({ type: 'native', database: database?.id, native: { query: expect.any(String) } })),
  );
  const dashcards = fake.dashboards[0]?.dashcards as readonly { id: number; card_id: number }[];
  expect(dashcards.map(({ card_id }) => card_id)).toEqual(fake.cards.map(({ id }) => id));
  // New ones have numbers of their own below zero.
  expect(new Set(dashcards.map(({ id }) => id)).size).toBe(dashcards.length);
  expect(dashcards.every(({ id }) => id < 0)).toBe(true);
  expect(fake.asked.at(-1)).toBe('DELETE /api/session');
});

test('a second time it changes nothing, also where people have', async () => {
  const fake = await startFakeMetabase();
  await setUp(fake);
  const [database] = fake.databases;
  Object.assign(database ?? {}, { name: 'Support' });
  fake.dashboards[0] = { ...fake.dashboards[0], dashcards: [{ id: 1 }] };
  fake.cards.splice(3);
  fake.asked.length = 0;
  const { code, stdout } = await setUp(fake);
  expect([code, stdout]).toEqual([0, 'metabase-setup: Metabase is set up\n']);
  expect(changes(fake)).toEqual([]);
});

test('what was broken off is gone on with', async () => {
  const fake = await startFakeMetabase();
  await setUp(fake);
  fake.dashboards.length = 0;
  fake.cards.splice(4);
  const kept = fake.cards.map(({ id }) => id);
  expect((await setUp(fake)).code).toBe(0);
  expect(fake.cards).toHaveLength(10);
  expect(fake.cards.slice(0, 4).map(({ id }) => id)).toEqual(kept);
  expect(fake.collections).toHaveLength(1);
  expect(fake.dashboards).toMatchObject([{ dashcards: { length: 10 } }]);
});

test('a password of the reader that was changed is brought to the data source', async () => {
  const fake = await startFakeMetabase();
  await setUp(fake);
  fake.databasePassword = 'reader-secret-2';
  const { code, stdout } = await setUp(fake, { BI_PASSWORD: 'reader-secret-2' });
  expect([code, stdout]).toEqual([
    0,
    'metabase-setup: gave the data source its present password\nmetabase-setup: Metabase is set up\n',
  ]);
  expect(fake.databases).toMatchObject([{ details: { user: 'bi', password: 'reader-secret-2' } }]);
});

test.each([
  ['METABASE_EMAIL', ''],
  ['METABASE_PASSWORD', ''],
  ['BI_PASSWORD', ''],
])('without %s it asks for it, and for nothing else', async (name, value) => {
  const fake = await startFakeMetabase();
  const { code, stderr } = await setUp(fake, { [name]: value });
  expect([code, stderr]).toEqual([2, `metabase-setup: choose ${name} and put them into .env\n`]);
  expect(fake.asked).toEqual([]);
});

test('a password that Metabase does not take is named, with what it wants', async () => {
  const { code, stderr } = await setUp(await startFakeMetabase(), { METABASE_PASSWORD: 'nodigits' });
  expect(code).toBe(1);
  expect(stderr).toContain('six characters or more with a digit among them');
  expect(stderr).toContain('POST /api/setup was answered 400: password is too common.');
});

test('another administrator than the one it has been set up with is refused, and says so', async () => {
  const fake = await startFakeMetabase();
  await setUp(fake);
  fake.asked.length = 0;
  const { code, stderr } = await setUp(fake, { METABASE_PASSWORD: 'another-1' });
  expect(code).toBe(1);
  expect(stderr).toContain('was set up with another METABASE_EMAIL or METABASE_PASSWORD');
  expect(stderr).toContain('401: did not match stored password');
  expect(changes(fake)).toEqual([]);
});

test('a database that cannot be read is an error in its own words, and is tried again the next time', async () => {
  const fake = await startFakeMetabase();
  const { code, stderr } = await setUp(fake, { BI_PASSWORD: 'wrong-secret' });
  expect(code).toBe(1);
  expect(stderr).toContain('cannot read database pylon at postgres as bi');
  expect(stderr).toContain('password authentication failed for user "bi"');
  expect(fake.asked.at(-1)).toBe('DELETE /api/session');
  expect((await setUp(fake)).code).toBe(0);
  expect(fake.databases).toHaveLength(1);
});

test('a Metabase that does not get ready, or is not there, is waited for only so long', async () => {
  const fake = await startFakeMetabase();
  fake.startsIn = 1_000;
  const late = await setUp(fake, { METABASE_WAIT_SECONDS: '1' });
  expect([late.code, late.stderr]).toEqual([1, expect.stringContaining('is not healthy after 1 s: 503')]);
  const none = await setUp('http://127.0.0.1:9', { METABASE_WAIT_SECONDS: '0' });
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('is not healthy after 0 s')]);
});
