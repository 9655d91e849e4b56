import { expect } from 'vitest';
import { issues } from '../../src/resources/issues.ts';
import { type Mirror, test } from '../helpers/leased-database.ts';
import { countingRoundTrips } from '../helpers/round-trips.ts';

const COUNT = 20;

/** Stores a page of issues, and counts the statements that takes. */
async function storePage(mirror: Mirror, fields: (n: number) => Readonly<Record<string, unknown>>) {
  const page = Array.from({ length: COUNT }, (_, n) => ({ id: `i${n}`, number: n, ...fields(n) }));
  return (await countingRoundTrips(() => mirror.store(issues, page))).asked;
}

const edit = ({ rows }: Mirror, which: string) =>
  rows(`UPDATE pylon.issues SET title = 'Mine', tags = '{mine}' WHERE ${which}`);

const shadowsIn = ({ rows }: Mirror) =>
  rows<{ record_id: string; shadow: unknown; version: string }>(
    'SELECT record_id, shadow, xmin::text AS version FROM pylon_sync.edits ORDER BY length(record_id), record_id',
  );

test('a page takes as many statements with one edited row as with twenty, and saves Pylon’s values with each edit', async ({
  mirror,
}) => {
  await storePage(mirror, () => ({ title: 'One', tags: ['a'] }));
  await edit(mirror, "id = 'i0'");
  const one = await storePage(mirror, (n) => ({ title: `Two ${n}`, tags: ['a', '"b"'] }));
  await edit(mirror, "id <> 'i0'");
  expect(await storePage(mirror, (n) => ({ title: `Three ${n}`, tags: ['c'] }))).toEqual(one);
  const shadows = await shadowsIn(mirror);
  expect(shadows.map(({ record_id, shadow }) => [record_id, shadow])).toEqual(
    Array.from({ length: COUNT }, (_, n) => [`i${n}`, { title: `Three ${n}`, tags: ['c'] }]),
  );
  expect(await mirror.rows('SELECT DISTINCT title, tags FROM pylon.issues')).toEqual([
    { title: 'Mine', tags: ['c', 'mine'] },
  ]);
});

test('an edit whose columns did not change in Pylon is not written', async ({ mirror }) => {
  await storePage(mirror, () => ({ title: 'One' }));
  await edit(mirror, 'true');
  await storePage(mirror, () => ({ title: 'Two' }));
  const before = await shadowsIn(mirror);
  await storePage(mirror, (n) => ({ title: n === 0 ? 'Three' : 'Two', body_html: 'new' }));
  const after = await shadowsIn(mirror);
  expect(after.filter(({ version }, n) => version !== before[n]?.version)).toMatchObject([
    { record_id: 'i0', shadow: { title: 'Three' } },
  ]);
});
