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

/**
 * Settles what became of edits in Pylon. Where something else than a lock is in the way, a constraint or a trigger of
 * the user's own for one, what Pylon said is kept with the edits: they are settled later, and not sent again.
 *
 * @param tries How often it has failed before.
 * @throws AnsweredError where it was kept.
 */
export async function settle(ctx: Context, outcome: Outcome, tries = 0): Promise<void> {
  try {
    await settleUnasked(ctx, outcome);
  } catch (cause) {
    if (isEnding(cause, ctx)) throw cause;
    throw await kept(ctx, outcome, tries + 1, cause);
  }
}

/** Settles edits of which Pylon was not asked: where that fails they are carried anew. */
export async function settleUnasked(ctx: Context, outcome: Outcome): Promise<void> {
  logEnded(ctx, await settleOutcome(ctx, outcome));
}

/**
 * Settles what was kept with one of the claimed edits. Returns those that are left.
 *
 * @throws AnsweredError where that fails again.
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

/** What is to be waited for and done again with nothing kept: the lease, the database, the end of the process. */
const isEnding = (error: unknown, { signal }: Context): boolean =>
  signal.aborted || error instanceof LeaseLostError || error instanceof DatabaseAwayError;

/** Keeps an answer that cannot be settled with its edits. */
async function kept(ctx: Context, outcome: Outcome, tries: number, cause: unknown): Promise<AnsweredError> {
  const ids = editOutcomesIn(outcome).map(({ id }) => id);
  const waitMs = retryMs(tries);
  const error = `Pylon has answered, and that cannot be stored here: ${whyOf(cause)}`;
  ctx.log.warn(
    { resource: outcome.resource.name, record: outcome.record, edits: ids, waitMs, error: whyOf(cause) },
    'Pylon has answered edits, and that cannot be stored: it is tried again, and they are not sent again',
  );
  await keepAnswer(ctx, outcome, { tries, error, waitMs });
  return new AnsweredError(ids, waitMs, cause);
}

/** Why it could not be stored, by the innermost error: Postgres names the constraint or the trigger's words. */
const whyOf = (error: unknown): string => [...layersOf(error)].at(-1)?.message ?? reasonOf(error);

/** What a person has to look at is a warning. */
const PERSON: readonly State[] = ['failed', 'conflict'];

/** Leaves one line in the log for each edit that has ended, and for each that a person has to decide about. */
function logEnded({ log }: Context, ended: readonly Ended[]): void {
  for (const edit of ended)
    log[PERSON.includes(edit.state) ? 'warn' : 'info'](
      edit,
      edit.state === 'conflict' ? 'edit waits for a person' : 'edit ended',
    );
}
