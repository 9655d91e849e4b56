import { writing } from '../../db/lease/transaction.ts';
import { type PylonReach, readReach, saveReach } from '../../db/workspace/reach.ts';
import { reasonOf } from '../../errors.ts';
import { steadyNow } from '../../pylon/clock.ts';
import type { ReachState } from '../../pylon/types.ts';
import type { Context } from '../pass/context.ts';

/** Milliseconds between looks. */
const LOOK_MS = 1_000;
/** How long, in milliseconds, Pylon must leave everything unanswered before it counts as an outage. */
const HICCUP_MS = 10_000;

/** The request that every token may make. */
const PROBE = 'GET /me';

/**
 * What to save about Pylon's availability, given what was saved before. An outage begins once even `GET /me` is not
 * answered, and ends with the first answer to any request. Undefined if nothing is known yet.
 */
export function reachOf(
  { answers, silentSince, last, asked }: ReachState,
  noted: PylonReach | undefined,
  now: number,
): PylonReach | 'ask' | undefined {
  if (answers === undefined) return undefined;
  if (silentSince === undefined) return { down_since: null, last: null };
  if (now - silentSince < HICCUP_MS) return undefined;
  if (!asked.has(PROBE)) return 'ask';
  // Saved already, perhaps by an earlier process.
  if (noted !== undefined && noted.down_since !== null) return noted;
  const down_since = new Date(silentSince).toISOString();
  return { down_since, last: last === undefined ? null : `${last.endpoint}: ${last.status ?? 'no answer'}` };
}

/**
 * Saves whether Pylon answers at all, and probes it while nothing else sends requests. Returns the function that
 * stops it.
 */
export function noteReach(
  ctx: Context,
  { now = steadyNow, everyMs = LOOK_MS }: { readonly now?: () => number; readonly everyMs?: number } = {},
): () => Promise<void> {
  const { db, lease, pylon, log, signal } = ctx;
  let noted: PylonReach | undefined;
  let isRead = false;
  let asking = false;
  let underWay: Promise<void> | undefined;

  const ask = () => {
    if (asking || signal.aborted) return;
    asking = true;
    void pylon
      .prioritised('change')
      .request({ method: 'GET', route: '/me', signal })
      // The outcome is observed like that of any request.
      .catch(() => {})
      .finally(() => {
        asking = false;
      });
  };
  const note = async () => {
    if (!isRead) noted = await readReach(db.orm);
    isRead = true;
    const found = reachOf(pylon.reach(), noted, now());
    if (found === 'ask' || (found !== undefined && found.down_since !== null)) ask();
    if (found === undefined || found === 'ask') return;
    if (found.down_since === noted?.down_since) return;
    await writing(db, lease, (tx) => saveReach(tx, found));
    logChange(noted, found);
    noted = found;
  };
  const logChange = (before: PylonReach | undefined, { down_since, last }: PylonReach) => {
    const wasDown = before?.down_since ?? null;
    if (down_since !== null && wasDown === null)
      log.error({ since: down_since, last }, 'Pylon answers nothing');
    if (down_since === null && wasDown !== null) log.info({ since: wasDown }, 'Pylon answers again');
  };
  const look = () => {
    underWay ??= note()
      .catch((error: unknown) => log.debug({ reason: reasonOf(error) }, 'whether Pylon answers is not noted'))
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await underWay;
    await look();
  };
}
