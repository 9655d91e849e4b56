import { expect } from 'vitest';
import { purge } from '../../src/db/retention/purge.ts';
import { readStatus } from '../../src/db/status/status.ts';
import { resources } from '../../src/resources/index.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';
import { editsIn, push } from '../helpers/edits.ts';
import { test } from '../helpers/session.ts';

/** More than a 32-bit number holds. */
const LARGE = 3_000_000_000;

/** As after so many numbers have been taken, by rolled back statements too. */
const burn = ({ pool }: TestDatabase) =>
  pool.query(`DO $$ DECLARE own text; BEGIN
    FOR own IN SELECT pg_get_serial_sequence(format('%I.%I', table_schema, table_name), column_name)
                 FROM information_schema.columns
                WHERE table_schema = 'pylon_sync' AND is_identity = 'YES' AND data_type = 'bigint' LOOP
      EXECUTE format('ALTER SEQUENCE %s RESTART WITH ${LARGE}', own);
    END LOOP; END $$`);

const ALLOWED = ['update', 'create', 'delete', 'message'] as const;

test('an issue numbered beyond 32 bits is read, with all that is read for issues', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror(
    { issues: 10 },
    {
      prepare: ({ world }) => {
        const [first] = world.all('issues');
        world.patch('issues', String(first?.object.id), { number: LARGE });
      },
    },
  );
  await mirrored.session.pull();
  await expectMirror(database.pool, mirrored.sandbox);
});

test('edits, runs and scans numbered beyond 32 bits are like any others', async ({ mirror, database }) => {
  await burn(database);
  const mirrored = await mirror({ issues: 5 });
  await allowOperations(database, ...ALLOWED);
  const { pool } = database;
  const ids = [...mirrored.sandbox.world.all('accounts')].map(({ object }) => String(object.id));
  const [issue = '', gone = ''] = [...mirrored.sandbox.world.all('issues')].map(({ object }) =>
    String(object.id),
  );
  await pool.query("UPDATE pylon.issues SET title = 'Mine' WHERE id = $1", [issue]);
  await pool.query('DELETE FROM pylon.issues WHERE id = $1', [gone]);
  await pool.query("SELECT pylon.add_note($1, '<p>Hello</p>')", [issue]);
  await pool.query("INSERT INTO pylon.accounts (id, name) VALUES ('local-1', 'New')");
  await pool.query("INSERT INTO pylon.contacts (name, account_id) VALUES ('New', 'local-1')");
  // Alike, and enough for one request.
  await pool.query("UPDATE pylon.accounts SET type = 'partner' WHERE id = ANY ($1)", [ids.slice(0, 6)]);
  await push(mirrored, { allow: ALLOWED });
  const edits = await editsIn(database);
  expect(edits.every(({ id }) => id >= LARGE)).toBe(true);
  expect(edits.map(({ state, error }) => [state, error])).toEqual(edits.map(() => ['applied', null]));

  // In conflict, and then superseded by a later one.
  await pool.query("UPDATE pylon.issues SET title = 'Mine again' WHERE id = $1", [issue]);
  mirrored.sandbox.world.patch('issues', issue, { title: 'Theirs' });
  await push(mirrored, { allow: ALLOWED });
  await pool.query("UPDATE pylon.issues SET title = 'Mine at last' WHERE id = $1", [issue]);
  await push(mirrored, { allow: ALLOWED });
  expect((await editsIn(database)).slice(-2)).toMatchObject([
    { state: 'discarded', error: expect.stringContaining(String(LARGE + edits.length + 1)) },
    { state: 'applied' },
  ]);
  await pool.query(`SELECT pylon_sync.undo(${LARGE + edits.length + 1})`);
  await push(mirrored, { allow: ALLOWED });
  expect((await editsIn(database)).at(-1)).toMatchObject({ state: 'applied', changes: { title: 'Theirs' } });

  await mirrored.session.reconcile();
  await expectMirror(database.pool, mirrored.sandbox);
  expect(await purge({ pool }, gone, { dryRun: false })).toMatchObject({ edits: 1 });
  const status = await readStatus(mirrored.session.ctx.db, resources);
  expect(status.resources.every(({ failing }) => failing === null)).toBe(true);
});
