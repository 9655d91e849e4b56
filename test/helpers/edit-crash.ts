import { expect } from 'vitest';
import { type CrashTest, KILLS, kill, WITHIN_MS } from './crash.ts';
import { type EditRow, editsIn } from './edits.ts';
import { isWrite } from './write-requests.ts';

const MOST_WRITES = 64;

/**
 * What was sent and not answered may still take effect for so long, and its record waits until then: most of what a kill
 * costs these tests.
 */
export const ARRIVING = { requestMs: 1_000 };

/** How many kills are to leave edits of the kind that a test is about. */
export const LEAST_MET = KILLS / 10;
/** Kills after which a machine that meets none of them is given up. */
const MOST_KILLS = 3 * KILLS;

/** How many edits wait at most: more than a life of a daemon sends. What waits at the end, the last one has to send. */
const MOST_OPEN = MOST_WRITES + 16;

const OPEN = ['draft', 'pending', 'sending'];

/** Has people do one thing after the other, while there are not too many edits for Pylon, until it is ended. */
export const keepAsking = (
  { database, keepDoing }: CrashTest,
  everyMs: number,
  step: (n: number) => Promise<void>,
) =>
  keepDoing(everyMs, async (n) => {
    const { rows } = await database.pool.query<{ open: number }>(
      'SELECT count(*)::int AS open FROM pylon_sync.edits WHERE state = ANY($1)',
      [OPEN],
    );
    if ((rows[0]?.open ?? 0) < MOST_OPEN) await step(n);
  });

/**
 * Kills daemons that send edits, one after the other: each as it starts, or after so many of the requests that change
 * something. `KILLS` of them, and more where too few have left edits of the kind. How many have.
 */
export async function killPushers(crash: CrashTest, isMet: (edit: EditRow) => boolean): Promise<number> {
  const { dice, database, told } = crash;
  let met = 0;
  for (let kills = 0; kills < KILLS || (met <= LEAST_MET && kills < MOST_KILLS); kills += 1) {
    const daemon = crash.begin();
    const inStart = dice.chance(0.15);
    // However slowly it starts: it is to be met at work.
    if (!inStart) await daemon.until('active: working on this database');
    const isAlive = await crash.moment([daemon], {
      counts: isWrite,
      most: 2 ** (1 + dice.below(Math.log2(MOST_WRITES))),
      inStart: inStart ? 1 : 0,
    });
    expect(isAlive, `${told}: a daemon ended by itself:\n${daemon.printed()}`).toBe(true);
    await kill(daemon);
    if ((await editsIn(database)).some(isMet)) met += 1;
  }
  return met;
}

/** Begins a daemon that is not killed: it, and all edits once each has ended; fails where some do not in time. */
export async function endEdits(crash: CrashTest) {
  const { database, told } = crash;
  // What met many kills and lost answers would wait longer for its next attempt than a test can.
  await database.pool.query(
    "UPDATE pylon_sync.edits SET next_attempt_at = clock_timestamp() WHERE state = 'pending'",
  );
  const last = crash.begin();
  const open = async () => (await editsIn(database)).filter(({ state }) => OPEN.includes(state));
  await expect.poll(open, { timeout: WITHIN_MS, interval: 250, message: told }).toEqual([]);
  return { last, edits: await editsIn(database) };
}
