import fc from 'fast-check';
import { expect } from 'vitest';
import { changedSet, overlaid, type Values } from '../../src/edits/merge.ts';
import { test } from '../helpers/database.ts';

const items = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e"\\'), { maxLength: 5 });
const slug = fc.constantFrom('one', 'two', 'three');
const fieldValue = fc.oneof(items, fc.constantFrom('x', 'y', ''), fc.constant(null));
const fields = fc.dictionary(slug, fieldValue, { noNullPrototype: true });
const title = fc.constantFrom('x', 'y', null);
const columns = fc.record({ title, tags: items, custom_fields: fields }, { requiredKeys: ['custom_fields'] });

const KINDS = { title: 'value', tags: 'set', custom_fields: 'custom_fields' } as const;

test('the database makes of a row what the daemon makes of it', async ({ database }) => {
  const ask = async (call: string, ...values: unknown[]) => {
    const { rows } = await database.pool.query(
      `SELECT pylon_sync.${call} AS made`,
      values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
    );
    return rows[0].made as unknown;
  };
  await fc.assert(
    fc.asyncProperty(items, items, items, columns, columns, columns, async (a, b, c, base, wanted, row) => {
      expect(await ask('_changed_set($1, $2, $3)', a, b, c)).toEqual(changedSet(a, b, c));
      const changes = Object.fromEntries(
        Object.entries(wanted).map(([column, value]) => [column, value ?? null]),
      );
      const made = await ask("_changed_columns('issues', $1, $2, $3)", base, changes, row);
      const expected = overlaid(row as Values, [{ changes, base: base as Values }], KINDS);
      const shown = Object.fromEntries(Object.keys(changes).map((column) => [column, expected[column]]));
      expect(made).toEqual(shown);
    }),
    { numRuns: 150 },
  );
});
