import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../../helpers/session.ts';

const DOCS = join(import.meta.dirname, '../../../docs');
const read = (name: string) => readFileSync(join(DOCS, 'grafana', name), 'utf8');

interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource: { readonly uid: string };
  readonly targets: readonly { readonly rawSql: string; readonly format: string }[];
}
const { panels } = JSON.parse(read('pylon.json')) as { readonly panels: readonly Panel[] };

interface Measured extends Omit<Panel, 'targets'> {
  readonly targets: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}
const operations = (JSON.parse(read('operations.json')) as { readonly panels: readonly Measured[] }).panels;

/** A question of Metabase's dashboard, and where it lies. */
interface Card {
  readonly name: string;
  readonly display: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly place: {
    readonly col: number;
    readonly row: number;
    readonly size_x: number;
    readonly size_y: number;
  };
  readonly query: string;
}
const { cards } = JSON.parse(readFileSync(join(DOCS, 'metabase/dashboard.json'), 'utf8')) as {
  readonly cards: readonly Card[];
};

/** What Grafana makes of its macros, for a time that spans everything. */
const expanded = (query: string) =>
  query.replaceAll(
    /\$__timeFilter\((.+?)\)(?=\s)/g,
    "$1 BETWEEN '2000-01-01T00:00:00Z' AND '2100-01-01T00:00:00Z'",
  );

test('each panel of the dashboard is answered for who may only read', async ({ mirror, database }) => {
  await mirror();
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

test('each question of Metabase is answered for who may only read, with the columns that it draws', async ({
  mirror,
  database,
}) => {
  await mirror();
  const client = await database.pool.connect();
  await client.query('SET ROLE pylon_reader');
  for (const { name, display, settings = {}, query } of cards) {
    const { rows, fields } = await client.query(query);
    expect([name, rows.length > 0]).toEqual([name, true]);
    if (display === 'scalar') expect([name, rows.length, fields.length]).toEqual([name, 1, 1]);
    const drawn = ['graph.dimensions', 'graph.metrics'].flatMap((key) => (settings[key] ?? []) as string[]);
    if (drawn.length > 0) expect(fields.map((field) => field.name)).toEqual(drawn);
  }
  await client.query('RESET ROLE');
  client.release();
});

/** Grafana's and Metabase's dashboards both have twenty-four columns. */
test.each([
  ['Grafana', panels.map(({ title, gridPos }) => ({ ...gridPos, title }))],
  ['Grafana of operations', operations.map(({ title, gridPos }) => ({ ...gridPos, title }))],
  [
    'Metabase',
    cards.map(({ name, place }) => ({
      title: name,
      x: place.col,
      y: place.row,
      w: place.size_x,
      h: place.size_y,
    })),
  ],
])('what %s draws lies beside each other', (_, places) => {
  const taken = new Set<string>();
  for (const { title, x: left, y: top, w, h } of places) {
    expect(left + w).toBeLessThanOrEqual(24);
    for (let x = left; x < left + w; x += 1)
      for (let y = top; y < top + h; y += 1) {
        expect([title, taken.has(`${x} ${y}`)]).toEqual([title, false]);
        taken.add(`${x} ${y}`);
      }
  }
});

test('panels read by the data source that is provisioned', () => {
  for (const { title, datasource } of [...panels, ...operations])
    expect([title, read('datasource.yml').includes(`uid: ${datasource.uid}`)]).toEqual([title, true]);
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
