import { setTimeout as sleep } from 'node:timers/promises';
import { dropReread, type Reread, readRereads } from '../db/rereads.ts';
import { PermanentError, TransientError } from '../errors.ts';
import { PylonError } from '../pylon/errors.ts';
import { askFor } from './deletions/ask.ts';
import { proveGone } from './deletions/single.ts';
import type { Pass } from './pass.ts';
import { sideBySide } from './side-by-side.ts';

/** Waits between rounds, in milliseconds: what holds a row is as a rule a person's open transaction. */
const PAUSES = [0, 100, 500, 2_000, 5_000];

/** Records asked for side by side. */
const SIDE_BY_SIDE = 6;

/**
 * Reads again, one by one, what this or an earlier pass had to leave: rows that another transaction held,
 * and rows whose answers overlapped so that their order is unknown.
 *
 * @throws TransientError naming rows that are still held after the last round.
 */
export async function rereadLeft(pass: Pass): Promise<void> {
  const { db } = pass.ctx;
  const { name, get } = pass.resource;
  let left: readonly Reread[] = [];
  for (const pause of PAUSES) {
    left = await readRereads(db.orm, name, 'held');
    if (left.length === 0) return;
    if (get === undefined) break;
    await sleep(pause, undefined, { signal: pass.signal });
    await rereadEach(pass, get, left);
  }
  left = await readRereads(db.orm, name, 'held');
  if (left.length === 0) return;
  const ids = left.slice(0, 5).map(({ id }) => id);
  throw new TransientError(
    `${left.length} rows are held by other transactions and could not be brought up to date: ${ids.join(', ')}`,
  );
}

/** Reads records again, once each; the ids of those whose rows are held still. What was read is taken off the list. */
export async function rereadEach(
  pass: Pass,
  get: string,
  which: readonly Reread[],
): Promise<readonly string[]> {
  const held: string[] = [];
  await sideBySide(SIDE_BY_SIDE, which, async (reread) => {
    if (!(await readAgain(pass, get, reread))) held.push(reread.id);
  });
  pass.step('read rows again');
  return held;
}

async function readAgain(pass: Pass, get: string, reread: Reread): Promise<boolean> {
  const { db, lease } = pass.ctx;
  const { id, facts } = reread;
  try {
    const said = await askFor(pass, get, id, strings(facts));
    if (said.is === 'gone') await proveGone(pass, id, said);
    else if ((await pass.keep(pass.batch([said.object], facts, said.answer.order))).length > 0) return false;
  } catch (error) {
    if (pass.signal.aborted || !isNoId(error)) throw error;
    pass.ctx.log.warn({ resource: pass.resource.name, id, error }, 'record could not be read again');
  }
  await dropReread(db, lease, pass.resource.name, reread);
  return true;
}

/** What was given for an id, perhaps by a hint, is none that Pylon takes: there is nothing to wait for. */
const isNoId = (error: unknown) =>
  error instanceof PylonError ? error.status === 400 : error instanceof PermanentError;

const strings = (facts: Reread['facts']) =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)]));
