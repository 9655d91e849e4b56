import { describe, expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { type TestDatabase, test } from '../helpers/database.ts';
import { knowsWhole } from '../helpers/knowledge.ts';

const TIERS = [
  { slug: 'gold', label: 'Gold' },
  { slug: 'silver', label: 'gold' },
  { slug: 'Bronze', label: 'Tin' },
  { slug: 'tin', label: 'Bronze' },
  { slug: 'straße', label: 'Große Straße' },
  { slug: 'eu', label: 'Same' },
  { slug: 'us', label: 'Same' },
];

const define = ({ pool }: TestDatabase) =>
  asDaemon(
    pool,
    `INSERT INTO pylon.custom_fields (id, object_type, slug, type, select_metadata, created_at)
     VALUES ('f1', 'account', 'tier', 'select', '${JSON.stringify({ options: TIERS })}', now()),
            ('f2', 'account', 'note', 'text', NULL, now()),
            ('f3', 'account', 'bare', 'select', '{"options": []}', now())`,
  );

describe('the slug of an option', () => {
  test.for([
    // word, as a table reads it, as a view reads it
    ['gold', 'gold', 'silver'],
    ['Gold', 'gold', 'gold'],
    ['GOLD', null, null],
    ['Bronze', 'Bronze', 'tin'],
    ['Tin', 'Bronze', 'Bronze'],
    ['TIN', 'Bronze', 'Bronze'],
    ['GROßE STRAßE', 'straße', 'straße'],
    ['Same', null, null],
    ['eu', 'eu', 'eu'],
    ['platinum', null, null],
    ['', '', ''],
  ] as const)('of the word %s', async ([word, inTable, inView], { database }) => {
    await define(database);
    await knowsWhole(database, 'custom_fields');
    const read = (field: string, labelFirst: boolean) =>
      database.pool
        .query("SELECT pylon_sync._option_slug('account', $1, $2, $3) AS slug", [field, word, labelFirst])
        .then(
          ({ rows }) => rows[0]?.slug,
          (error: Error) => (error.message.includes(`cannot be "${word}"`) ? null : error.message),
        );
    expect([await read('tier', false), await read('tier', true)]).toEqual([inTable, inView]);
    for (const field of ['note', 'bare', 'nope']) expect(await read(field, true)).toBeNull();
  });

  test('is what was given where definitions cannot be trusted, and where the session wants it so', async ({
    database,
  }) => {
    await define(database);
    const read = "SELECT pylon_sync._option_slug('account', 'tier', 'nope', false) AS slug";
    const one = async (before = '') =>
      (
        (await database.pool.query(`BEGIN; ${before}; ${read}; COMMIT`)) as never as {
          rows: { slug: string }[];
        }[]
      )
        .flatMap(({ rows }) => rows)
        .map(({ slug }) => slug);
    expect(await one()).toEqual(['nope']);
    await knowsWhole(database, 'custom_fields');
    await expect(one()).rejects.toThrow(
      /^custom field "tier" of pylon.accounts cannot be "nope": it takes gold, silver, .*, us, as of \d\d:\d\d UTC$/,
    );
    expect(await one('SET LOCAL pylon_sync.validate = off')).toEqual(['nope']);
    await knowsWhole(database, 'custom_fields', 'failed');
    expect(await one()).toEqual(['nope']);
  });
});
