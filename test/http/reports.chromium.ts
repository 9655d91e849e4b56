import { describe, expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { withBrowser } from './browser.ts';
import { FAINTEST, OUTSIDE } from './measured.ts';
import { report } from './reported.ts';
import { test } from './serving.ts';

const { look, picture } = withBrowser('reports');

// What is measured in the browser: text, since the code around it knows no document.

/** Heights of the drawn bars of a chart, of each series: `readonly (readonly number[])[]`. */
const barsOf = (id: string) => `[...document.querySelectorAll('#${id} > g[class^=c]')].map((group) =>
  [...group.querySelectorAll('rect')].map((bar) => Math.round(bar.getBoundingClientRect().height)))`;

/** Colours of a chart's marks, and of its legend. */
const coloursOf = (id: string, mark: string, property: string) => `(() => {
  const figure = document.querySelector('#${id}').closest('figure');
  const marks = [...figure.querySelectorAll('svg [class*=c]:not(text) ${mark}:first-child')];
  return [
    [...new Set(marks.map((one) => getComputedStyle(one).${property}))],
    [...figure.querySelectorAll('li')].map((one) => getComputedStyle(one, '::before').backgroundColor),
  ];
})()`;

/** Cells of a table. */
const cellsOf = (id: string) => `[...document.querySelectorAll('#${id} tbody tr')].map((row) =>
  [...row.querySelectorAll('td')].map((cell) => cell.textContent))`;

/** Labels of charts that lie over each other or leave the window, by what they say. */
const CRAMPED = `[...document.querySelectorAll('svg.chart')].flatMap((chart) => {
  const boxes = [...chart.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0);
  const meet = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
  return boxes.filter(([, box], at) => box.left < 0 || box.right > window.innerWidth ||
    boxes.some(([, other], index) => index !== at && meet(box, other))).map(([text]) => text);
})`;

/** A path's height in pixels, as it is drawn. */
const heightOf = (selector: string) =>
  `Math.round(document.querySelector('${selector}').getBoundingClientRect().height)`;

describe.for([
  ['desktop', 1280],
  ['phone', 390],
  ['small phone', 320],
] as const)('on a %s', ([device, width]) => {
  test.for(['light', 'dark'] as const)(
    'charts are whole and readable, %s',
    async (scheme, { port, database }) => {
      await report(database);
      const { url } = await port.open();
      const { page, complaints, requests } = await look(`${url}/reports?days=7`, width, scheme);
      await picture(page, `known-${device}-${scheme}`);
      expect(await page.locator('svg.chart').count()).toBe(4);
      expect(await page.evaluate(barsOf('flow'))).toEqual([[190, 190, 190], [190]]);
      expect(await page.evaluate(barsOf('sources'))).toEqual([[190, 190], [95], [95]]);
      // From no issue at the foot to four at the top, and the line from two to four.
      expect(await page.evaluate(heightOf('#open .fill'))).toBe(190);
      expect(await page.evaluate(heightOf('#open .stroke'))).toBe(95);
      expect(await page.locator('#response circle').count()).toBe(4);
      for (const [id, mark, property] of [
        ['flow', 'rect', 'fill'],
        ['response', 'circle', 'fill'],
        ['response', '.stroke', 'stroke'],
        ['sources', 'rect', 'fill'],
      ] as const) {
        const [drawn, named] = await page.evaluate<[string[], string[]]>(coloursOf(id, mark, property));
        expect([id, drawn]).toEqual([id, named]);
        expect(drawn.length).toBeGreaterThan(1);
      }
      expect(await page.evaluate(OUTSIDE)).toEqual([]);
      expect(await page.evaluate(CRAMPED)).toEqual([]);
      for (const summary of await page.locator('summary').all()) await summary.click();
      expect(await page.evaluate(cellsOf('volume-numbers'))).toContainEqual(['0', '1', '1', '2']);
      expect(await page.locator('#answers-numbers').isVisible()).toBe(true);
      expect(await page.evaluate(OUTSIDE)).toEqual([]);
      const [contrast, text] = await page.evaluate<[number, string]>(FAINTEST);
      expect(contrast, `contrast of ${JSON.stringify(text)}`).toBeGreaterThan(4.5);
      expect(complaints).toEqual([]);
      expect(requests.filter((asked) => !asked.startsWith('data:'))).toEqual([`${url}/reports?days=7`]);
    },
  );

  test('three months of many sources have room', async ({ port, database }) => {
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.issues (id, state, source, created_at, first_response_seconds, resolution_time)
       SELECT n::text, CASE WHEN n % 9 = 0 THEN 'new' ELSE 'closed' END, (ARRAY['email', 'slack', 'chat_widget', 'form', 'api', 'discord', 'whatsapp', 'manual'])[1 + n % 3 + n % 5 + n % 2],
              at, 600 * (1 + n * n % 97), CASE WHEN n % 9 > 0 THEN least(now(), at + n % 11 * interval '1 day') END
         FROM (SELECT n, now() - n * interval '3 hours' AS at FROM generate_series(0, 900) AS n) AS made`,
    );
    const { url } = await port.open();
    for (const days of [30, 90]) {
      const { page, complaints } = await look(
        `${url}/reports?days=${days}`,
        width,
        days === 90 ? 'dark' : 'light',
      );
      await picture(page, `many-${device}-${days}`);
      expect(await page.locator('#open .hit').count()).toBe(days);
      expect(await page.evaluate(OUTSIDE)).toEqual([]);
      expect(await page.evaluate(CRAMPED)).toEqual([]);
      expect(complaints).toEqual([]);
    }
  });
});

test('the pages lead to each other', async ({ port, database }) => {
  await report(database);
  const { url } = await port.open();
  const { page } = await look(url, 390, 'light');
  await page.getByRole('link', { name: 'Reports' }).click();
  expect(page.url()).toBe(`${url}/reports`);
  await page.getByRole('link', { name: '7 days' }).click();
  expect(page.url()).toBe(`${url}/reports?days=7`);
  await page.getByRole('link', { name: "Operator's page" }).click();
  expect(page.url()).toBe(`${url}/`);
});

test('charts have names and descriptions', async ({ port, database }) => {
  await report(database);
  const { page } = await look(`${(await port.open()).url}/reports?days=7`, 1280, 'light');
  for (const name of [
    'Open at the end of the day',
    'New and solved a day',
    'Hours to the first answer',
    'New issues a day by source',
  ])
    expect(await page.getByRole('img', { name }).count()).toBe(1);
});
