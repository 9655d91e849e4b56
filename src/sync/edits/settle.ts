import { DatabaseAwayError } from '../../db/connection/away.ts';
import { layersOf } from '../../db/connection/sql-state.ts';
import type { Claim, Edit } from '../../db/edits/queue.ts';
import { keepAnswer } from '../../db/settle/answered.ts';
import type { Ended } from '../../db/settle/end.ts';
import { editOutcomesIn, type Outcome, outcomeFromJson, settleOutcome } from '../../db/settle/outcome.ts';
import type { State } from '../../edits/states.ts';
import { LeaseLostError, reasonOf, TransientError } from '../../errors.ts';
import type { Context } from '../pass/context.ts';
import { retryMs } from './postpone.ts';

/** The outcome of edits could not be stored. It was saved with the edits, and storing it is retried. */
export class AnsweredError extends TransientError {
  override name = 'AnsweredError';
  /** Ids of the edits of this outcome, which are put back already. */
  readonly edits: readonly number[];
  readonly waitMs: number;
  constructor(edits: readonly number[], waitMs: number, cause: unknown) {
    super(`waits for edit ${edits[0]}, which Pylon has answered`, { cause });
    this.edits = edits;
    this.waitMs = waitMs;
  }
}

/**
 * Settles edits by their outcome in Pylon. Waits for locks. If anything else prevents it, e.g. a user's constraint or
 * trigger, the outcome is saved with the edits: they are settled later, and not sent again.
 *
 * @param tries How often settling has failed before.
 * @throws AnsweredError if the outcome was saved with the edits; LeaseLostError, DatabaseAwayError or the signal's
 * reason if nothing was saved.
 */
export async function settle(ctx: Context, outcome: Outcome, tries = 0): Promise<void> {
  try {
    await settleUnasked(ctx, outcome);
  } catch (cause) {
    if (isEnding(cause, ctx)) throw cause;
    throw await saved(ctx, outcome, tries + 1, cause);
  }
}

/**
 * Settles edits of which nothing was sent. If that fails, the outcome is not saved, and the edits are tried again.
 */
export async function settleUnasked(ctx: Context, outcome: Outcome): Promise<void> {
  logEnded(ctx, await settleOutcome(ctx, outcome));
}

/**
 * Settles the outcome that is saved with one of the claimed edits. Returns the claimed edits that it does not
 * concern.
 *
 * @throws what `settle` throws.
 */
export async function settleAgain(
  ctx: Context,
  { edits }: Claim,
  { answer }: Edit,
): Promise<readonly Edit[]> {
  const outcome = outcomeFromJson(answer?.outcome ?? {});
  await settle(ctx, outcome, answer?.tries);
  const ended = new Set(editOutcomesIn(outcome).map(({ id }) => id));
  return edits.filter(({ id }) => !ended.has(id));
}

/** Whether an error also prevents saving the outcome: the lease or the database is lost, or the process ends. */
const isEnding = (error: unknown, { signal }: Context): boolean =>
  signal.aborted || error instanceof LeaseLostError || error instanceof DatabaseAwayError;

/** Saves with its edits an outcome that could not be stored. Returns the error to throw. */
async function saved(ctx: Context, outcome: Outcome, tries: number, cause: unknown): Promise<AnsweredError> {
  const ids = editOutcomesIn(outcome).map(({ id }) => id);
  const waitMs = retryMs(tries);
  const error = `Pylon has answered, and that cannot be stored here: ${whyOf(cause)}`;
  ctx.log.warn(
    { resource: outcome.resource.name, record: outcome.record, edits: ids, waitMs, error: whyOf(cause) },
    'the outcome of edits in Pylon cannot be stored: storing is retried, the edits are not sent again',
  );
  await keepAnswer(ctx, outcome, { tries, error, waitMs });
  return new AnsweredError(ids, waitMs, cause);
}

/** The message of the innermost error, in which Postgres names the constraint or the trigger's message. */
const whyOf = (error: unknown): string => [...layersOf(error)].at(-1)?.message ?? reasonOf(error);

/** States that are logged as a warning, since a person has to decide. */
const PERSON: readonly State[] = ['failed', 'conflict'];

/** Logs each edit that has ended, and each that waits for a person's decision. */
function logEnded({ log }: Context, ended: readonly Ended[]): void {
  for (const edit of ended)
    log[PERSON.includes(edit.state) ? 'warn' : 'info'](
      edit,
      edit.state === 'conflict' ? 'edit waits for a person' : 'edit ended',
    );
}
