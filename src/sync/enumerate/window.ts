import PQueue from 'p-queue';
import type { Span } from '../../db/deletions/scans.ts';
import { readCursor, readCursors, saveCursor } from '../../db/progress/cursors.ts';
import { StoppedError } from '../../errors.ts';
import { type PageSize, pageSize } from '../../pylon/pages/page-size.ts';
import { link } from '../../pylon/signal.ts';
import type { Pull } from '../../resources/define.ts';
import { eachBatch } from '../pass/batches.ts';
import type { Pass } from '../pass/pass.ts';
import { grid } from '../pass/windows.ts';
import { readNewest } from './closing.ts';
import { discoverWindows, type Window, type WindowPosition, windowScope } from './discover.ts';

type ByWindow = Pull & { by: 'window' };

/** Windows read concurrently: two writers keep one Postgres busy; more would only wait for the rate limit. */
const SIDE_BY_SIDE = 2;

/** The windows of a pass by their start, for its progress. */
type Known = Map<string, Window>;

/**
 * Reads a resource through adjacent windows of `created_at`, newest first. Older windows are found while newer ones
 * are being read. Each has a cursor of its own, so an interrupted pass resumes within every open window. Ends with
 * what was created since the newest window's end. Returns the span of all windows.
 */
export async function enumerateWindows(pass: Pass, pull: ByWindow): Promise<Span | undefined> {
  const stop = link(pass.signal);
  const scoped: Pass = { ...pass, signal: stop.signal };
  const queue = new PQueue({ concurrency: SIDE_BY_SIDE });
  const size = pageSize({ max: pull.limit });
  const known: Known = new Map();
  let failure: unknown;

  const fail = (error: unknown) => {
    failure ??= error;
    stop.abort(new StoppedError(error));
    queue.clear();
  };
  const take = (window: Window) => {
    known.set(window.start, window);
    if (!window.done) queue.add(() => readWindow(scoped, pull, size, known, window)).catch(fail);
  };

  const saved = await readCursors<Window & Record<string, unknown>>(
    pass.ctx.db.orm,
    pass.resource.name,
    windowScope(pass, ''),
  );
  for (const { position } of saved.toReversed()) take(position);
  try {
    for await (const window of discoverWindows(scoped, pull)) take(window);
    updateProgress(pass, known, true);
  } catch (error) {
    fail(error);
  }
  await queue.onIdle();
  stop.unlink();
  if (failure !== undefined) throw failure;
  if (pass.scope.until === undefined) await readNewest(pass, pull);
  return spanOf(pass);
}

/**
 * The span from the scope's bound to the anchor: the windows are adjacent, and searches have shown that nothing lies
 * between them.
 */
async function spanOf(pass: Pass): Promise<Span | undefined> {
  const { db } = pass.ctx;
  const position = await readCursor<WindowPosition>(db.orm, pass.resource.name, pass.scope.name);
  if (position?.anchor === undefined || position.days === undefined) return undefined;
  const { floor, anchor } = grid(position.anchor, position.days, pass.scope.since);
  return { created: { from: floor, to: anchor }, except: [] };
}

async function readWindow(
  pass: Pass,
  pull: ByWindow,
  size: PageSize,
  known: Known,
  window: Window,
): Promise<void> {
  const { start, end } = window;
  const listing = {
    method: 'GET',
    route: pull.path,
    arguments: { start_time: start, end_time: end },
    cursor: window.cursor ?? undefined,
  } as const;
  await eachBatch(pass, listing, { paging: { size } }, async ({ page, batch }) => {
    const moved: Window = { ...window, cursor: page.next, done: page.next === null };
    await pass.keep(batch, (tx) =>
      saveCursor(tx, pass.resource.name, windowScope(pass, start), { ...moved }),
    );
    known.set(start, moved);
    updateProgress(pass, known, pass.progress.covered !== undefined);
    pass.step('stored a page');
  });
}

/** The share of finished windows is known once all are found. */
function updateProgress(pass: Pass, known: Known, allFound: boolean): void {
  if (!allFound) return;
  const done = [...known.values()].filter((window) => window.done).length;
  const open = known.size - done;
  pass.progress.covered = known.size === 0 ? 1 : done / known.size;
  const each = done === 0 ? 1 : Math.max(1, pass.progress.pages / known.size);
  pass.progress.remainingRequests = Math.ceil(open * each) + 1;
}
