import { SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { fixed } from '../../src/db/connection/fixed.ts';
import { upsertStatement } from '../../src/db/mirror/upsert-statement.ts';
import { issueFollowers } from '../../src/resources/issue_followers.ts';
import { issues } from '../../src/resources/issues.ts';

const textOf = (part: SQL) => new PgDialect().sqlToQuery(part);

/** The pieces that Drizzle looks at to make the text of a statement. */
const piecesOf = (part: unknown): number =>
  part instanceof SQL ? part.queryChunks.reduce<number>((sum, piece) => sum + piecesOf(piece), 0) : 1;

test('SQL that is made once is the same text, and has no values', () => {
  expect(textOf(fixed(sql`SELECT ${sql.identifier('a"b')} FROM ${issues.table}`))).toMatchObject({
    sql: 'SELECT "a""b" FROM "pylon"."issues"',
    params: [],
  });
  expect(() => fixed(sql`SELECT ${1}`)).toThrow('cannot have values: SELECT $1');
});

test('the statement that writes rows has as many pieces for many columns as for few', () => {
  const pieces = [issues, issueFollowers].map((resource) =>
    piecesOf(upsertStatement(resource, [], [{ rows: [], order: { asked: 1n, answered: 2n } }], [])),
  );
  expect(pieces[0]).toBe(pieces[1]);
  expect(pieces[0]).toBeLessThan(25);
});
