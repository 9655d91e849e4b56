import { expect } from 'vitest';
import { customObjects } from '../../src/resources/custom_objects.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import { editsIn, push, statesIn } from '../helpers/edits.ts';
import { ALL, allowAll, pushUntil } from '../helpers/inserts.ts';
import { type Mirrored, test } from '../helpers/session.ts';

const NAME = customObjects.name;
const SESSION = { resources: [customObjects] };

const asked = ({ sandbox }: Pick<Mirrored, 'sandbox'>) => {
  const counts: Record<string, number> = {};
  for (const { endpoint, path } of sandbox.requests)
    if (path.startsWith('/custom-objects/')) counts[endpoint] = (counts[endpoint] ?? 0) + 1;
  return counts;
};

const named = ({ world }: Sandbox, name: string) =>
  [...world.all(NAME)].map(({ object }) => object).filter((object) => object.name === name);

test('an INSERT creates an object of its type, an UPDATE changes name and fields, its account too, and a DELETE deletes it', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({}, SESSION);
  await allowAll(mirrored);
  const { sandbox } = mirrored;
  const { pool } = database;
  const [one, two] = [...sandbox.world.all('accounts')].map(({ object }) => String(object.id));
  const [contact] = [...sandbox.world.all('contacts')].map(({ object }) => String(object.id));
  await pool.query(
    `INSERT INTO pylon.custom_objects (type, name, custom_fields)
     SELECT 'device', 'Box ' || n, jsonb_build_object('serial', n, 'account', $1::text) FROM generate_series(1, 3) AS n`,
    [one],
  );
  await push(mirrored, ALL);
  expect(await statesIn(database)).toEqual(['applied', 'applied', 'applied']);
  expect(named(sandbox, 'Box 2')).toMatchObject([
    {
      type: 'device',
      custom_fields: { serial: { slug: 'serial', value: '2' } },
      relations: [{ object_type: 'account', object_id: one }],
    },
  ]);
  await pool.query(
    `UPDATE pylon.custom_objects SET name = 'Renamed', custom_fields = custom_fields || $1::jsonb WHERE name = 'Box 1'`,
    [JSON.stringify({ account: two, holder: contact, system: 'linux' })],
  );
  // Pylon shows whom a device belongs to without the field: that is what was asked for all the same.
  await push(mirrored, ALL);
  expect((await editsIn(database)).at(-1)).toMatchObject({ state: 'applied', error: null });
  expect(named(sandbox, 'Renamed')).toMatchObject([
    {
      custom_fields: { serial: { value: '1' }, system: { value: 'linux' } },
      relations: expect.arrayContaining([
        { object_type: 'account', object_id: two },
        { object_type: 'contact', object_id: contact },
      ]),
    },
  ]);
  await pool.query(
    "UPDATE pylon.custom_objects SET custom_fields = custom_fields - 'account' WHERE name = 'Renamed'",
  );
  await push(mirrored, ALL);
  expect(named(sandbox, 'Renamed')).toMatchObject([
    { relations: [{ object_type: 'contact', object_id: contact }] },
  ]);
  await pool.query("DELETE FROM pylon.custom_objects WHERE name = 'Box 3'");
  await push(mirrored, ALL);
  expect(named(sandbox, 'Box 3')).toEqual([]);
  expect(new Set(await statesIn(database))).toEqual(new Set(['applied']));
  await expectMirror(pool, sandbox, [NAME]);
});

test('what Pylon refuses is undone with its words, a type that it does not know too, and the statement refuses what cannot be', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({}, SESSION);
  await allowAll(mirrored);
  const { pool } = database;
  const refused = async (statement: string) =>
    pool.query(statement).then(
      () => undefined,
      ({ message }: Error) => message,
    );
  expect(await refused("UPDATE pylon.custom_objects SET type = 'other'")).toMatch(/type/);
  expect(await refused("UPDATE pylon.custom_objects SET relations = '[]'")).toMatch(/relations/);
  expect(await refused("INSERT INTO pylon.custom_objects (name) VALUES ('No type')")).toMatch(/type/);
  expect(await refused("INSERT INTO pylon.custom_objects (type) VALUES ('license')")).toMatch(/name/);
  await pool.query("INSERT INTO pylon.custom_objects (type, name) VALUES ('unheard', 'x')");
  const { rows } = await pool.query(
    "UPDATE pylon.custom_objects SET custom_fields = custom_fields || '{\"plan\": \"gold\"}' WHERE id = (SELECT min(id) FROM pylon.custom_objects WHERE type = 'license' AND custom_fields ? 'plan') RETURNING id",
  );
  await push(mirrored, ALL);
  expect(await editsIn(database)).toMatchObject([
    { state: 'failed', http_status: 404, error: expect.stringContaining('custom object type not found') },
    { state: 'failed', http_status: 400, error: expect.stringContaining('plan does not take "gold"') },
  ]);
  const after = await pool.query('SELECT custom_fields FROM pylon.custom_objects WHERE id = $1', [
    rows[0].id,
  ]);
  expect(after.rows[0].custom_fields.plan).not.toBe('gold');
});

test('a type that cannot stand in a path, and a function that names nothing that can, fail at once', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({});
  await allowAll(mirrored);
  const { pool } = database;
  await pool.query("INSERT INTO pylon.custom_objects (type, name) VALUES ('..', 'a'), ('', 'b'), ('.', 'c')");
  const [issue] = [...mirrored.sandbox.world.all('issues')].map(({ object }) => `${object.id}`);
  await pool.query(
    `BEGIN; SET LOCAL pylon_sync.validate = off; SELECT pylon.delete_message('${issue}', '..'); COMMIT`,
  );
  const before = mirrored.sandbox.requests.length;
  await push(mirrored, ALL);
  expect(await editsIn(database)).toMatchObject([
    ...['..', '', '.'].map((type) => ({
      state: 'failed',
      error: `no request can be made of it: /custom-objects/{type}: ${JSON.stringify(type)} cannot stand in the path for {type}`,
    })),
    { state: 'failed', error: expect.stringMatching(/"\.\." cannot stand in the path for \{message_id\}/) },
  ]);
  expect(mirrored.sandbox.requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
  expect((await pool.query("SELECT FROM pylon.custom_objects WHERE name IN ('a', 'b', 'c')")).rowCount).toBe(
    0,
  );
});

test('a create whose answer was lost is found by a search of its own type', async ({ mirror, database }) => {
  const mirrored = await mirror({}, SESSION);
  await allowAll(mirrored);
  mirrored.sandbox.faults.add({ endpoint: 'POST /custom-objects/{type}', kind: 'lost-answer' });
  await database.pool.query("INSERT INTO pylon.custom_objects (type, name) VALUES ('license', 'Once')");
  await push(mirrored, ALL);
  await pushUntil(mirrored, database, 'applied');
  expect(named(mirrored.sandbox, 'Once')).toHaveLength(1);
  expect(asked(mirrored)['POST /custom-objects/{type}']).toBe(1);
});

test('the same change of many goes as one request a type, compared by a search for their names and read back; what it left undone goes one by one', async ({
  mirror,
  database,
}) => {
  const prepare = ({ world }: Sandbox) => {
    const create = (type: string, n: number) =>
      world.create(NAME, { type, name: `Many ${n % 40}`, custom_fields: {}, relations: [] });
    for (let n = 0; n < 60; n += 1) create('license', n);
    for (let n = 0; n < 6; n += 1) create('device', n);
  };
  const mirrored = await mirror({}, { ...SESSION, prepare });
  const { sandbox } = mirrored;
  const all = () =>
    [...sandbox.world.all(NAME)]
      .map(({ object }) => object)
      .filter(({ name }) => /^(Many|New)/.test(`${name}`));
  const [renamed, contested, done] = all().filter(({ type }) => type === 'license');
  // In Pylon meanwhile: one has another name, one another note, one the same.
  const change = (object: typeof renamed, fields: object) =>
    sandbox.world.patch(NAME, `${object?.id}`, { ...fields });
  change(renamed, { name: 'New name' });
  change(contested, { custom_fields: { note: { slug: 'note', value: 'theirs' } } });
  change(done, { custom_fields: { note: { slug: 'note', value: 'ours' } } });
  await database.pool.query(
    `UPDATE pylon.custom_objects SET custom_fields = custom_fields || '{"note": "ours"}' WHERE name LIKE 'Many %'`,
  );
  const before = asked(mirrored);
  await push(mirrored, ALL);
  const states = new Map((await editsIn(database)).map(({ record_id, state }) => [record_id, state]));
  expect(states.get(`${contested?.id}`)).toBe('conflict');
  expect([...states.values()].filter((state) => state === 'applied')).toHaveLength(65);
  const after = asked(mirrored);
  const more = (endpoint: string) => (after[endpoint] ?? 0) - (before[endpoint] ?? 0);
  expect({
    bulk: more('PATCH /custom-objects/{type}'),
    // One to compare them and one to read them back, for each request.
    searches: more('POST /custom-objects/{type}/search'),
    alone: more('PATCH /custom-objects/{type}/{id}'),
  }).toEqual({ bulk: 2, searches: 4, alone: 1 });
  expect(all().filter(({ custom_fields }) => JSON.stringify(custom_fields).includes('ours'))).toHaveLength(
    65,
  );
});
