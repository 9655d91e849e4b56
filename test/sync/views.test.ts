import { describe, expect } from 'vitest';
import type { TestDatabase } from '../helpers/database.ts';
import { type Mirrored, test } from '../helpers/session.ts';

const columnsOf = async ({ pool }: TestDatabase, view: string) =>
  (
    await pool.query<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute
        WHERE attrelid = $1::text::regclass AND attnum > 0 AND attname LIKE 'cf\\_%' ORDER BY attnum`,
      [`pylon_bi.${view}`],
    )
  ).rows.map(({ name }) => name);

const define = ({ sandbox: { world } }: Mirrored, slug: string, type: string) =>
  world.create('custom_fields', {
    ...{
      object_type: 'issue',
      slug,
      label: slug,
      type,
      description: '',
      is_read_only: false,
      source: 'pylon',
    },
  });

describe('a custom field that somebody adds in Pylon', () => {
  test('is a column once the lists were read', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 20 });
    const { sandbox, session } = mirrored;
    const before = await columnsOf(database, 'issues');
    expect(before.length).toBeGreaterThan(0);
    define(mirrored, 'seats', 'number');
    const [issue] = [...sandbox.world.all('issues')];
    const id = String(issue?.object.id);
    mirrored.pass(60);
    sandbox.world.patch('issues', id, {
      custom_fields: { ...(issue?.object.custom_fields as object), seats: { slug: 'seats', value: '12' } },
    });
    await session.pull();
    await session.lists(['custom_fields']);
    expect(await columnsOf(database, 'issues')).toEqual([...before, 'cf_seats']);
    const { rows } = await database.pool.query(
      'SELECT cf_seats::int AS seats FROM pylon_bi.issues WHERE id = $1',
      [id],
    );
    expect(rows).toEqual([{ seats: 12 }]);
  });

  test('waits while somebody reads the view, and comes with the next list', async ({
    mirror,
    database,
    locks,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    define(mirrored, 'seats', 'number');
    const lock = await locks.by('SELECT FROM pylon_bi.issues LIMIT 1');
    const { session } = mirrored;
    expect((await session.lists(['custom_fields'])).get('custom_fields')?.state).toBe('done');
    expect(await columnsOf(database, 'issues')).not.toContain('cf_seats');
    await lock.release();
    await session.lists(['custom_fields']);
    expect(await columnsOf(database, 'issues')).toContain('cf_seats');
  });

  test('stops nothing where a view cannot be made', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    define(mirrored, 'seats', 'number');
    await database.pool.query('DROP VIEW pylon_bi.issues; CREATE TABLE pylon_bi.issues (mine text)');
    const { session } = mirrored;
    expect((await session.lists(['custom_fields'])).get('custom_fields')?.state).toBe('done');
    await database.pool.query('DROP TABLE pylon_bi.issues');
    await session.lists(['custom_fields']);
    expect(await columnsOf(database, 'issues')).toContain('cf_seats');
  });
});
