import { expect } from 'vitest';
import { test } from '../helpers/backfill-workspace.ts';
import { recordWrites } from '../helpers/row-writes.ts';

test('whatever a backfill writes, it writes in transactions that check the lease', async ({
  database,
  open,
}) => {
  const writes = await recordWrites(database.pool);
  const { backfill } = await open();
  await backfill();
  await backfill({ options: { again: true } });
  const all = await writes();
  expect(all.length).toBeGreaterThan(500);
  const unfenced = all.filter(({ fenced }) => !fenced).map(({ what }) => what);
  expect(new Set(unfenced)).toEqual(new Set(['INSERT pylon_sync.lease', 'UPDATE pylon_sync.lease']));
});
