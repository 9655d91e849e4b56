import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../../helpers/session.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/bi.md'), 'utf8');
const QUERIES = [...PAGE.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, query]) => query ?? '');

/** Questions to which a workspace of the sandbox, whose last day is long past, has no answer. */
const MAY_BE_EMPTY = /now\(\)|refund|csat|current_date|reopenings/;

test('every query of docs/bi.md runs for who may only read, and answers', { timeout: 120_000 }, async ({
  mirror,
  database,
}) => {
  await mirror({ issues: 150 });
  expect(QUERIES.length).toBeGreaterThanOrEqual(20);
  const client = await database.pool.connect();
  await client.query('SET ROLE pylon_reader');
  for (const query of QUERIES) {
    const { rowCount } = await client.query(query);
    if (!MAY_BE_EMPTY.test(query)) expect([query, rowCount === 0]).toEqual([query, false]);
  }
  await client.query('RESET ROLE');
  client.release();
});
