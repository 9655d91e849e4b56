import { DatabaseAwayError } from '../../db/connection/away.ts';
import { isIdTaken, layersOf } from '../../db/connection/sql-state.ts';
import type { Claim, Edit } from '../../db/edits/queue.ts';
import { keepAnswer } from '../../db/settle/answered.ts';
import { editOutcomesIn, type Outcome, outcomeFromJson, settleOutcome } from '../../db/settle/outcome.ts';
import { LeaseLostError, reasonOf, TransientError } from '../../errors.ts';
import type { Context } from '../pass/context.ts';
import { backoffMs, isLockContention, retryWithBackoff } from './backoff.ts';
import { logEnded } from './log-ended.ts';

/** Pylon has answered some edits, and storing that fails: it is kept with them, and tried again. */
export class AnsweredError extends TransientError {
  override name = 'AnsweredError';
  /** The edits that are put back already. */
  readonly edits: readonly number[];
  readonly waitMs: number;
  constructor(edits: readonly number[], waitMs: number, cause: unknown) {
    super(`waits for edit ${edits[0]}, which Pylon has answered`, { cause });
    this.edits = edits;
    this.waitMs = waitMs;
  }
}

/** Why it could not be stored, by the innermost error: Postgres names the constraint or the trigger's words. */
const whyOf = (error: unknown): string => [...layersOf(error)].at(-1)?.message ?? reasonOf(error);

/** What is to be waited for and done again with nothing kept: the lease, the database, the end of the process. */
const isEnding = (error: unknown, { signal }: Context): boolean =>
  signal.aborted || error instanceof LeaseLostError || error instanceof DatabaseAwayError;

/**
 * Settles what became of edits in Pylon, once no lock is in the way. Where anything else is, a constraint or a trigger
 * of the user's own for one, what Pylon said is kept with the edits: they are settled later, and not sent again.
 *
 * @param tries How often it has failed before.
 * @throws AnsweredError where it was kept.
 */
export async function settleOrKeep(ctx: Context, outcome: Outcome, tries = 0): Promise<void> {
  const { db, lease, pendingDeletions, log, signal } = ctx;
  const { resource, record } = outcome;
  try {
    const ended = await retryWithBackoff(
      signal,
      (error) => isLockContention(error) || (outcome.is === 'created' && isIdTaken(error, resource.name)),
      () => settleOutcome(db, lease, pendingDeletions, outcome),
    );
    logEnded(ctx, ended);
  } catch (cause) {
    if (isEnding(cause, ctx)) throw cause;
    const ids = editOutcomesIn(outcome).map(({ id }) => id);
    const waitMs = backoffMs(tries + 1);
    const error = `Pylon has answered, and that cannot be stored here: ${whyOf(cause)}`;
    log.warn(
      { resource: resource.name, record, edits: ids, waitMs, error: whyOf(cause) },
      'Pylon has answered edits, and that cannot be stored: it is tried again, and they are not sent again',
    );
    await retryWithBackoff(signal, isLockContention, () =>
      keepAnswer(db, lease, outcome, { tries: tries + 1, error, waitMs }),
    );
    throw new AnsweredError(ids, waitMs, cause);
  }
}

/** The first of the edits that Pylon has answered already. */
export const answeredIn = ({ edits }: Claim): Edit | undefined => edits.find(({ answer }) => answer !== null);

/**
 * Settles what was kept with an edit. Returns the claimed edits that are left.
 *
 * @throws AnsweredError where that fails again.
 */
export async function settleAgain(
  ctx: Context,
  { edits }: Claim,
  { answer }: Edit,
): Promise<readonly Edit[]> {
  const outcome = outcomeFromJson(answer?.outcome ?? {});
  await settleOrKeep(ctx, outcome, answer?.tries);
  const ended = new Set(editOutcomesIn(outcome).map(({ id }) => id));
  return edits.filter(({ id }) => !ended.has(id));
}
