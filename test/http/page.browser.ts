import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { fill } from './filled.ts';
import { FAINTEST, OUTSIDE } from './measured.ts';
import { NOWHERE, test } from './serving.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

let browser: Browser;
let pictures: string;

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) {
    throw new Error(
      `there is no browser at ${CHROMIUM}: apt-get install -y chromium, or set CHROMIUM to the path of another one`,
    );
  }
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    // Chromium's sandbox does not work for root.
    chromiumSandbox: process.getuid?.() !== 0,
  });
  pictures = await mkdtemp(join(tmpdir(), 'pylon-sync-page-'));
});

afterAll(async () => {
  await browser?.close();
  if (pictures !== undefined) process.stderr.write(`Pictures of the page: ${pictures}\n`);
});

interface Look {
  readonly page: Page;
  /** What the browser complained of. */
  readonly complaints: readonly string[];
  /** Addresses asked for. */
  readonly requests: readonly string[];
}

async function look(url: string, width: number, colorScheme: 'light' | 'dark'): Promise<Look> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    deviceScaleFactor: 2,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => void dialog.dismiss().then(() => complaints.push('a dialog')));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests };
}

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
      await page.screenshot({ path: join(pictures, `${device}-${scheme}.png`), fullPage: true });
      expect(await page.title()).toMatch(/^Needs a person · Acme <script>/);
      expect(await page.locator('table.resources tbody tr').count()).toBe(27);
      expect(await page.evaluate(OUTSIDE)).toEqual([]);
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
  await page.screenshot({ path: join(pictures, `${state}.png`), fullPage: true });
  expect(await page.evaluate(OUTSIDE)).toEqual([]);
  expect(complaints).toEqual([]);
});
