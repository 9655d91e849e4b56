import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../../helpers/session.ts';

const FOLDER = join(import.meta.dirname, '../../../docs/grafana');
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');

interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource: { readonly uid: string };
  readonly targets: readonly { readonly rawSql: string; readonly format: string }[];
}
const { panels } = JSON.parse(read('pylon.json')) as { readonly panels: readonly Panel[] };

/** What Grafana makes of its macros, for a time that spans everything. */
const expanded = (query: string) =>
  query.replaceAll(
    /\$__timeFilter\((.+?)\)(?=\s)/g,
    "$1 BETWEEN '2000-01-01T00:00:00Z' AND '2100-01-01T00:00:00Z'",
  );

test('each panel of the dashboard is answered for who may only read', { timeout: 60_000 }, async ({
  mirror,
  database,
}) => {
  await mirror({ issues: 150 });
  const client = await database.pool.connect();
  await client.query('SET ROLE pylon_reader');
  for (const { title, targets } of panels)
    for (const { rawSql, format } of targets) {
      const query = expanded(rawSql);
      expect(query, title).not.toContain('$__');
      const { rows, fields } = await client.query(query);
      if (title !== 'Edits') expect([title, rows.length === 0]).toEqual([title, false]);
      if (format !== 'time_series') continue;
      expect([title, fields[0]?.name, rows.every(({ time }) => time instanceof Date)]).toEqual([
        title,
        'time',
        true,
      ]);
      // Grafana draws numbers: what comes as text is a legend.
      const numbers = fields.slice(1).filter(({ name }) => name !== 'metric');
      for (const { name } of numbers)
        expect([
          title,
          name,
          rows.every((row) => row[name] === null || typeof row[name] === 'number'),
        ]).toEqual([title, name, true]);
    }
  await client.query('RESET ROLE');
  client.release();
});

test('panels lie beside each other, and read by the data source that is provisioned', () => {
  const taken = new Set<string>();
  for (const { title, datasource, gridPos } of panels) {
    expect([title, read('datasource.yml').includes(`uid: ${datasource.uid}`)]).toEqual([title, true]);
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect([title, taken.has(`${x} ${y}`)]).toEqual([title, false]);
        taken.add(`${x} ${y}`);
      }
  }
});

test('edits are counted, without what they say', async ({ database }) => {
  await database.pool.query(
    `INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid)
     VALUES ('issues', 'a', 'update', '{"title": "secret"}', '{}', 'failed', 'me', 1),
            ('issues', 'b', 'update', '{}', '{}', 'failed', 'me', 1), ('issues', 'b', 'update', '{}', '{}', 'draft', 'me', 1)`,
  );
  const client = await database.pool.connect();
  await client.query('SET ROLE pylon_reader');
  const { rows } = await client.query('SELECT state, edits::int FROM pylon_bi.edit_summary ORDER BY 1');
  await client.query('RESET ROLE');
  client.release();
  expect(rows).toEqual([
    { state: 'draft', edits: 1 },
    { state: 'failed', edits: 2 },
  ]);
});
