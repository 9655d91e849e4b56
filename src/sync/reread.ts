import { setTimeout as sleep } from 'node:timers/promises';
import { dropReread, type Reread, readRereads } from '../db/rereads.ts';
import { writing } from '../db/transaction.ts';
import { TransientError } from '../errors.ts';
import { unwrapObject } from '../pylon/answer.ts';
import { PylonError } from '../pylon/errors.ts';
import type { Pass } from './pass.ts';

/** Waits between rounds, in milliseconds: what holds a row is as a rule a person's open transaction. */
const PAUSES = [0, 100, 500, 2_000, 5_000];

/**
 * Reads again, one by one, what this or an earlier pass had to leave: rows that another transaction held,
 * and rows whose answers overlapped so that their order is unknown.
 *
 * @throws TransientError naming rows that are still held after the last round.
 */
export async function rereadLeft(pass: Pass): Promise<void> {
  let left: readonly Reread[] = [];
  for (const pause of PAUSES) {
    left = await readRereads(pass.ctx.db.orm, pass.resource.name);
    if (left.length === 0) return;
    if (pass.resource.get === undefined) break;
    await sleep(pause, undefined, { signal: pass.signal });
    for (const reread of left) await readAgain(pass, pass.resource.get, reread);
    pass.step('read left rows again');
  }
  left = await readRereads(pass.ctx.db.orm, pass.resource.name);
  if (left.length === 0) return;
  const ids = left.slice(0, 5).map(({ id }) => id);
  throw new TransientError(
    `${left.length} rows are held by other transactions and could not be brought up to date: ${ids.join(', ')}`,
  );
}

async function readAgain(pass: Pass, route: string, { id, facts }: Reread): Promise<void> {
  const { db, lease } = pass.ctx;
  const drop = () => writing(db, lease, (tx) => dropReread(tx, pass.resource.name, id));
  try {
    const answer = await pass.pylon.request({
      method: 'GET',
      route,
      params: { ...facts, id },
      signal: pass.signal,
    });
    const left = await pass.keep(pass.batch([unwrapObject(answer)], facts, answer.order));
    if (left.length === 0) await drop();
  } catch (error) {
    if (!(error instanceof PylonError) || error.status !== 404) throw error;
    // Gone meanwhile: the row stands as it was until a deletion is proved.
    await drop();
  }
}
