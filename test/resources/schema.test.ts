import { getTableColumns } from 'drizzle-orm';
import { expect, test } from 'vitest';
import * as schema from '../../schema/index.js';
import { drizzleModule, drizzleTypes } from '../../scripts/schema/drizzle.ts';
import { kyselyTypes } from '../../scripts/schema/kysely.ts';
import { postgraphileTags } from '../../scripts/schema/postgraphile.ts';
import { namesOn, relationsOf } from '../../scripts/schema/relations.ts';
import type { table as contacts } from '../../src/resources/contacts.ts';
import { resources } from '../../src/resources/index.ts';
import type { table as issues } from '../../src/resources/issues.ts';

const exports: Readonly<Record<string, unknown>> = schema;

/** Whether two types are the same, each way. */
type Same<A, B> = [A, B] extends [B, A] ? true : false;

test('what programs of others build on is what the descriptors say', async () => {
  await expect(drizzleModule(resources)).toMatchFileSnapshot('../../schema/index.js');
  await expect(drizzleTypes(resources)).toMatchFileSnapshot('../../schema/index.d.ts');
  await expect(kyselyTypes(resources)).toMatchFileSnapshot('../../schema/kysely.d.ts');
  await expect(postgraphileTags(resources)).toMatchFileSnapshot('../../docs/postgraphile/tags.json5');
});

test('each table that is exported has the columns and types of ours', () => {
  for (const { name, table } of resources) {
    const exported = exports[name];
    const typesOf = (columns: Record<string, { getSQLType(): string; notNull: boolean }>) =>
      Object.entries(columns).map(([key, one]) => [key, one.getSQLType(), one.notNull]);
    expect(typesOf(getTableColumns(exported as typeof table))).toEqual(typesOf(getTableColumns(table)));
  }
  // The compiler compares these.
  const sameIssues: Same<typeof schema.issues.$inferSelect, typeof issues.$inferSelect> = true;
  const sameContacts: Same<typeof schema.contacts.$inferSelect, typeof contacts.$inferSelect> = true;
  expect([sameIssues, sameContacts]).toEqual([true, true]);
});

test('no two relations of a table share a name, and none has that of a column', () => {
  const relations = relationsOf(resources);
  const clashes = resources.flatMap(({ name, table }) => {
    const names = [...Object.keys(getTableColumns(table)), ...namesOn(name, relations)];
    return names.filter((one, index) => names.indexOf(one) !== index).map((one) => `${name}.${one}`);
  });
  expect(clashes).toEqual([]);
});
