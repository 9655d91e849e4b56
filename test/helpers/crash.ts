import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Dice } from '../../src/sandbox/random.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import type { Launched } from './command.ts';
import type { TestDatabase } from './database.ts';
import { type EditRow, editsIn } from './edits.ts';
import { writesTo } from './write-requests.ts';

/** A start takes about a second: kills in it come within so long. */
const START_MS = 1_500;
const MOST_WRITES = 64;

/** Some moment in the life of a daemon: as it starts, or after so many of the changes that it sends. */
async function moment(sandbox: Pick<Sandbox, 'requests'>, dice: Dice, daemon: Launched): Promise<void> {
  if (dice.chance(0.15)) return sleep(dice.below(START_MS));
  // However slowly it starts: it is to be met at work.
  await daemon.until('active: working on this database');
  const most = 2 ** (1 + dice.below(Math.log2(MOST_WRITES)));
  const until = writesTo(sandbox).length + dice.below(most);
  let isOver = false;
  void daemon.ended.then(() => {
    isOver = true;
  });
  const start = performance.now();
  // Where all records wait for what may still arrive, nothing is sent for a while.
  while (writesTo(sandbox).length < until && performance.now() - start < 3_000) {
    if (isOver) throw new Error(`the daemon ended by itself:\n${daemon.printed()}`);
    await sleep(1);
  }
  await sleep(dice.below(20));
}

/** Kills a daemon at some moment. */
export async function killed(
  { sandbox }: { readonly sandbox: Sandbox },
  dice: Dice,
  daemon: Launched,
): Promise<void> {
  await moment(sandbox, dice, daemon);
  daemon.kill('SIGKILL');
  await daemon.ended;
}

/** All edits, once each has ended; fails where some have not in time. */
export async function allEnded(database: TestDatabase, withinMs: number): Promise<readonly EditRow[]> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const edits = await editsIn(database);
    const open = edits.filter(({ state }) => ['draft', 'pending', 'sending'].includes(state));
    if (open.length === 0 || performance.now() > deadline) {
      expect(open).toEqual([]);
      return edits;
    }
    await sleep(250);
  }
}
