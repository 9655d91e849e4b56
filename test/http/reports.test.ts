import { describe, expect } from 'vitest';
import { PATIENCE } from '../../src/http/operations.ts';
import { notes } from '../../src/http/reports/notes.ts';
import type { Report } from '../../src/reports/report.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { HOSTILE } from './filled.ts';
import { report } from './reported.ts';
import { NOWHERE, type Port, TOKEN, test } from './serving.ts';

async function load(port: Port, path = '/reports?days=7'): Promise<string> {
  const answer = await port.get(path);
  expect(answer.status).toBe(200);
  return answer.text();
}

/** The cells of a table's rows, without the names of their days. */
function cellsOf(html: string, id: string): readonly (readonly string[])[] {
  const table = new RegExp(`<table id="${id}">.*?</table>`, 's').exec(html)?.[0] ?? '';
  return [...table.matchAll(/<tr><th scope="row">.*?<\/tr>/gs)].map(([row]) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, cell = '']) => cell),
  );
}

/** The heights of a chart's bars, those of each series by themselves. */
function barsOf(html: string, id: string): readonly (readonly number[])[] {
  const chart = new RegExp(`<svg class="chart" id="${id}".*?</figure>`, 's').exec(html)?.[0] ?? '';
  return [...chart.matchAll(/<g class="c\d">(.*?)<\/g>/gs)].map(([, group = '']) =>
    [...group.matchAll(/<rect [^>]*height="([\d.]+)"/g)].map(([, height]) => Number(height)),
  );
}

describe('of known issues', () => {
  test('the tables hold the known answers', async ({ port, database }) => {
    await report(database);
    const html = await load(await port.open());
    expect(cellsOf(html, 'backlog-numbers')).toEqual([
      ['2', '2', '0'],
      ['2', '0', '0'],
      ['2', '2', '2'],
      ['2', '0', '0'],
      ['4', '2', '0'],
      ['4', '0', '0'],
    ]);
    expect(cellsOf(html, 'answers-numbers')).toEqual([
      ['–', '–', '0 of 0'],
      ['3 h', '3.8 h', '2 of 2'],
      ['–', '–', '0 of 0'],
      ['10 h', '10 h', '1 of 2'],
      ['–', '–', '0 of 0'],
      ['–', '–', '0 of 2'],
      ['–', '–', '0 of 0'],
    ]);
    expect(cellsOf(html, 'volume-numbers').map((row) => row.join(' '))).toEqual([
      '0 0 0 0',
      '2 0 0 2',
      '0 0 0 0',
      '2 0 0 2',
      '0 0 0 0',
      '0 1 1 2',
      '0 0 0 0',
    ]);
  });

  test('the charts are of the same numbers', async ({ port, database }) => {
    await report(database);
    const html = await load(await port.open());
    // The highest bar is of two issues, and 190 pixels high.
    expect(barsOf(html, 'flow')).toEqual([[190, 190, 190], [190]]);
    expect(barsOf(html, 'sources')).toEqual([[190, 190], [95], [95]]);
    expect(html).toMatch(/<title>\d+ \w+ \d{4}\nnew: 2\nsolved: 2<\/title>/);
    expect(html).toMatch(/<title>\d+ \w+ \d{4}\nmedian: 3 h\n90th percentile: 3.8 h<\/title>/);
    expect(html).toMatch(/<desc id="open-desc">[^<]* 2 on the first, 4 on the last, at most 4\.<\/desc>/);
    // Lines have a gap where nothing was answered: nothing but points.
    expect(html.match(/<circle /g)).toHaveLength(4);
  });

  test('ninety days are by week, and begin on a Monday', async ({ port, database }) => {
    await report(database);
    const html = await load(await port.open(), '/reports?days=90');
    expect(html).toContain('New issues a week by source');
    const answered = cellsOf(html, 'answers-numbers');
    expect([13, 14]).toContain(answered.length);
    const sums = answered.map(([, , cell = '']) => cell.split(' of ').map(Number));
    expect([0, 1].map((at) => sums.reduce((sum, pair) => sum + (pair[at] ?? 0), 0))).toEqual([3, 6]);
  });

  test('few issues are drawn by week, more of them by day, and those of a week by day always', async ({
    port,
    database,
  }) => {
    await report(database);
    const few = await load(await port.open(), '/reports');
    expect(few).toContain('New and solved a week');
    expect(few).toContain('by week of creation');
    const all = (of: string, html: string) =>
      barsOf(html, of)
        .map((series) => series.length)
        .reduce((most, length) => Math.max(most, length), 0);
    // Six issues and two solutions in five days, which are of one week or of two.
    expect([1, 2]).toContain(all('flow', few));
    expect(cellsOf(few, 'backlog-numbers').length).toBe(6);
    expect(await load(await port.open())).toContain('New and solved a day');
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.issues (id, state, source, created_at)
       SELECT 'many' || n, 'new', 'email', now() - n % 29 * interval '1 day' FROM generate_series(1, 58) AS n`,
    );
    const many = await load(await port.open(), '/reports');
    expect(many).toContain('New and solved a day');
    expect(all('flow', many)).toBe(29);
  });

  test('more sources than colours are summed up', async ({ port, database }) => {
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.issues (id, state, source, created_at)
       SELECT source || '-' || number, 'new', nullif('s' || source, 's9'), now()
         FROM generate_series(1, 9) AS source, generate_series(1, source) AS number`,
    );
    const html = await load(await port.open());
    expect(cellsOf(html, 'volume-numbers').at(-1)).toEqual(['9', '8', '7', '6', '5', '4', '6', '45']);
    expect(html).toMatch(/<li class="c0">no source<\/li>.*<li class="c6">others<\/li>/s);
  });
});

describe('what the page says', () => {
  test('thirty days are shown by default, and others are a link away', async ({ port, database }) => {
    await report(database);
    const opened = await port.open();
    const html = await load(opened, '/reports');
    expect(html).toContain('<a href="/reports?days=30" aria-current="page">30 days</a>');
    expect(html).toContain('<a href="/reports?days=7">7 days</a>');
    expect(html).toContain('<a href="/">');
    expect(await load(opened, '/')).toContain('<a href="/reports">');
  });

  test('it tells what is not known', async ({ port, database }) => {
    await report(database);
    const html = await load(await port.open());
    for (const said of [
      'Days are those of UTC',
      'a reopened issue counts as open until it was last resolved',
      'A closed issue that Pylon gives no resolution time',
      'The first mirrored issue is of ',
      'Issues without one are not in median and percentile',
    ])
      expect(html).toContain(said);
  });

  test('a first week that begins before the period is said to, where it has issues of those days', () => {
    const none = { backlog: [], flow: [], answers: [], sources: [], volume: [] };
    const monday = '2026-01-05';
    const made: Report = {
      at: '',
      period: 30,
      unit: 'week',
      since: '2026-01-07',
      today: '2026-02-05',
      first: monday,
      ...none,
    };
    const said = (report: Report) => String(notes(report));
    expect(said(made)).toContain(
      'The first week begins on 5 Jan 2026, before the period; its days before 7 Jan 2026 are in the weeks, but not in the table of days.',
    );
    for (const whole of [{ since: monday }, { first: '2026-01-07' }, { unit: 'day' as const }])
      expect(said({ ...made, ...whole })).not.toContain('first week');
  });

  test('what others wrote is text, and secrets are none of it', async ({ port, database }) => {
    await report(database);
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.issues (id, state, source, created_at) VALUES ('s', 'new', '${TOKEN}', now())`,
    );
    const answer = await (await port.open()).get('/reports');
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const html = await answer.text();
    expect(html).toContain(
      HOSTILE.slice(0, 40).replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    );
    expect(html).not.toMatch(/<script|<img|\sstyle=/);
    expect(html).not.toContain(TOKEN);
  });

  test('a first reading that goes on is told of', async ({ port, database }) => {
    await report(database);
    const opened = await port.open();
    opened.activity.complete = false;
    expect(await load(opened)).toContain('The numbers include only what has been read so far.');
  });

  test('what is no period is refused', async ({ port }) => {
    const opened = await port.open();
    for (const query of [
      'days=31',
      'days=',
      'days=7&days=30',
      'days=030',
      `days=${encodeURIComponent(HOSTILE)}`,
    ]) {
      const answer = await opened.get(`/reports?${query}`);
      const html = await answer.text();
      expect([query, answer.status]).toEqual([query, 400]);
      expect(html).toContain('days takes one of 7, 30, 90.');
      expect(html).not.toContain('<script');
    }
  });
});

describe('without anything to show', () => {
  test('an empty mirror is said to be one', async ({ port, database: _ }) => {
    const html = await load(await port.open());
    expect(html).toContain('No issue is mirrored so far.');
    expect(html).not.toContain('<svg');
  });

  test('old issues alone are a backlog', async ({ port, database }) => {
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.issues (id, state, created_at) VALUES ('old', 'new', now() - interval '1 year')`,
    );
    const html = await load(await port.open());
    expect(cellsOf(html, 'backlog-numbers')).toEqual(Array(7).fill(['1', '0', '0']));
    expect(html.match(/None in this time\./g)).toHaveLength(2);
  });

  test('missing views are said to be missing', async ({ port, database }) => {
    await database.pool.query('DROP SCHEMA pylon_bi CASCADE');
    const answer = await (await port.open()).get('/reports');
    expect([answer.status, await answer.text()]).toEqual([
      503,
      expect.stringContaining('the database has no views of this version yet'),
    ]);
  });

  test('a database that is away is said to be, at once', async ({ port }) => {
    const nowhere = port.reports(NOWHERE);
    const opened = await port.open({ reports: () => nowhere });
    const answer = await opened.get('/reports');
    const html = await answer.text();
    expect(answer.status).toBe(503);
    expect(html).toContain('the database cannot be read: connect ECONNREFUSED 127.0.0.1:1');
    expect(html).toContain('http-equiv="refresh"');
    expect(html).not.toMatch(/SELECT|XYZ123/);
    const early = await (await port.open({ reports: () => undefined })).get('/reports');
    expect([early.status, await early.text()]).toEqual([
      503,
      expect.stringContaining('no database has been reached yet'),
    ]);
  });

  test('a view that does not answer is waited for no longer than a person waits', async ({ port, locks }) => {
    const lock = await locks.by('LOCK TABLE pylon.issues IN ACCESS EXCLUSIVE MODE');
    const answer = await (await port.open({ patience: { ...PATIENCE, report: 300 } })).get('/reports');
    await lock.release();
    expect([answer.status, await answer.text()]).toEqual([
      503,
      expect.stringContaining('the database: no answer within 300 ms'),
    ]);
  });
});

test('the database is asked once for all who ask at the same time, and shortly after', async ({
  port,
  database,
}) => {
  await report(database);
  const views = port.reports();
  let reads = 0;
  const counted = {
    ...views,
    read: (period: Parameters<typeof views.read>[0]) => {
      reads += 1;
      return views.read(period);
    },
  };
  const opened = await port.open({ reports: () => counted });
  await Promise.all([load(opened), load(opened)]);
  await load(opened);
  expect(reads).toBe(1);
});
