import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { PROGRAMS, pathOf } from '../test/setup/programs.ts';
import { withPalette } from './palette.ts';

/** Pictures of the demo's pages for the README, light and dark: docs/pictures/*.png. */
const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'docs/pictures');

/** What a browser shows above the fold of an ordinary window. */
const WINDOW = { width: 960, height: 640 };

/** The most that a picture may weigh, in bytes. */
const HEAVIEST = 100_000;

/** Edits as somebody would make them. */
const EDITS = "UPDATE pylon.issues SET state = 'closed', tags = tags || '{vip}' WHERE number IN (231, 234)";

const executablePath = pathOf('chromium');
if (executablePath === undefined)
  throw new Error(`no chromium on this machine: ${PROGRAMS.chromium?.install}`);

const folder = await mkdtemp(join(tmpdir(), 'pylon-sync-pictures-'));
const main = join(ROOT, 'dist/main.js');
const env = { PATH: process.env.PATH, PYLON_SYNC_DATA_DIR: folder, PYLON_SYNC_HTTP: '127.0.0.1:0' };
const demo = spawn(process.execPath, [main, 'demo'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
const ended = once(demo, 'close');
const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
try {
  const url = await addressOf();
  const asked = spawn(process.execPath, [main, 'sql', EDITS], { env, stdio: 'ignore' });
  const [status] = await once(asked, 'close');
  if (status !== 0) throw new Error(`refused: ${EDITS}`);
  await mkdir(FOLDER, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport: WINDOW, colorScheme, deviceScaleFactor: 1.5 });
    const page = await context.newPage();
    await page.goto(`${url}/`);
    await settled(page);
    await take(page, `page-${colorScheme}`);
    await page.goto(`${url}/reports?days=90`);
    await take(page, `reports-${colorScheme}`);
  }
} finally {
  await browser.close();
  demo.kill('SIGTERM');
  await ended;
  await rm(folder, { recursive: true, force: true });
}

/** The address of the demo's pages, once everything has been read. */
function addressOf(): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    demo.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
      const url = /The operator's page: (\S+)\/\n[\s\S]*Ctrl-C/.exec(printed)?.[1];
      if (url !== undefined) resolve(url);
    });
    void ended.then(() => reject(new Error(`the demo has ended:\n${printed}`)));
  });
}

/** Loads the page until the edits are applied. */
async function settled(page: Page): Promise<void> {
  while (!/2 applied in 24 hours/.test((await page.textContent('.tiles')) ?? '')) {
    await page.waitForTimeout(1_000);
    await page.reload();
  }
}

async function take(page: Page, name: string): Promise<void> {
  const picture = withPalette(await page.screenshot());
  const size = picture.length;
  await writeFile(join(FOLDER, `${name}.png`), picture);
  process.stdout.write(`docs/pictures/${name}.png ${Math.round(size / 1_000)} kB\n`);
  if (size > HEAVIEST) throw new Error(`${name}.png is heavier than ${HEAVIEST / 1_000} kB`);
}
