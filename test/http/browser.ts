import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { pathOf } from '../setup/programs.ts';

const CHROMIUM = pathOf('chromium') ?? '';

interface Look {
  readonly page: Page;
  /** What the browser complained of. */
  readonly complaints: readonly string[];
  /** Addresses asked for. */
  readonly requests: readonly string[];
}

/** A browser for the tests of a file, which is closed after them. */
export function withBrowser(name: string) {
  let browser: Browser;
  let pictures: string;

  beforeAll(async () => {
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
    pictures = await mkdtemp(join(tmpdir(), `pylon-sync-${name}-`));
  });

  afterAll(async () => {
    await browser?.close();
    if (pictures !== undefined) process.stderr.write(`Pictures: ${pictures}\n`);
  });

  return {
    async look(url: string, width: number, colorScheme: 'light' | 'dark'): Promise<Look> {
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
    },
    async picture(page: Page, of: string): Promise<void> {
      await page.screenshot({ path: join(pictures, `${of}.png`), fullPage: true });
    },
  };
}
