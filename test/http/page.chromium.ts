import { describe, expect } from 'vitest';
import { resources } from '../../src/resources/index.ts';
import { withBrowser } from './browser.ts';
import { fill } from './filled.ts';
import { ALONE, FAINTEST, OUTSIDE } from './measured.ts';
import { NOWHERE, test } from './serving.ts';

const { look, picture } = withBrowser('page');

describe.for([
  ['desktop', 1280],
  ['tablet', 768],
  ['phone', 390],
  ['small phone', 320],
] as const)('on a %s', ([device, width]) => {
  test.for(['light', 'dark'] as const)(
    'the page is whole and readable, %s',
    async (scheme, { port, mirror }) => {
      await fill(mirror);
      const { url } = await port.open();
      const { page, complaints, requests } = await look(url, width, scheme);
      await picture(page, `${device}-${scheme}`);
      expect(await page.title()).toMatch(/^Needs a person · Acme <script>/);
      expect(await page.locator('table.resources tbody tr').count()).toBe(resources.length);
      expect(await page.evaluate(OUTSIDE)).toEqual([]);
      expect(await page.locator('.tiles > div').count()).toBe(8);
      expect(await page.evaluate(ALONE)).toEqual([]);
      const [contrast, text] = await page.evaluate<[number, string]>(FAINTEST);
      expect(contrast, `contrast of ${JSON.stringify(text)}`).toBeGreaterThan(4.5);
      expect(complaints).toEqual([]);
      expect(requests.filter((asked) => !asked.startsWith('data:'))).toEqual([`${url}/`]);
    },
  );
});

test('what others wrote is text, and runs nowhere', async ({ port, mirror }) => {
  await fill(mirror);
  const { page, complaints } = await look((await port.open()).url, 1280, 'light');
  expect(await page.locator('main script, main img').count()).toBe(0);
  expect(await page.locator('h1').textContent()).toBe(
    `Acme <script>alert("1")</script><img src=x onerror='alert(2)'>&amp;`,
  );
  expect(complaints).toEqual([]);
});

test('the page follows the colours of the machine', async ({ port }) => {
  const { url } = await port.open();
  const paper = async (scheme: 'light' | 'dark') => {
    const { page } = await look(url, 390, scheme);
    return page.evaluate('getComputedStyle(document.body).backgroundColor');
  };
  expect(await paper('light')).not.toBe(await paper('dark'));
});

test('the page comes again by itself', async ({ port }) => {
  const { page } = await look((await port.open()).url, 390, 'light');
  await page.waitForEvent('framenavigated', { timeout: 20_000 });
});

test.for([
  ['up-to-date', {}],
  ['standby', { role: 'standby', holder: { command: 'pylon-sync start', host: 'db-1', pid: 7, space: '' } }],
  ['starting', { role: 'starting', complete: false }],
  ['away', { role: 'active', trouble: 'the database is away: connect ECONNREFUSED db:5432' }],
] as const)('the page of a daemon that is %s is whole', async ([state, activity], { port }) => {
  const nowhere = port.watch(NOWHERE);
  const opened = await port.open(['starting', 'away'].includes(state) ? { watch: () => nowhere } : {});
  Object.assign(opened.activity, activity);
  const { page, complaints } = await look(opened.url, 390, 'dark');
  await picture(page, state);
  expect(await page.evaluate(OUTSIDE)).toEqual([]);
  expect(complaints).toEqual([]);
});
