import { forgetDaily, type Retention } from '../../db/retention/retention.ts';
import type { Context } from '../pass/context.ts';

/** The longest time, in milliseconds, that a command spends on retention at its end. */
const MOST_MS = 5_000;

/** Deletes what is too old, at most once a day, and logs what that was. */
export async function forget({ db, lease, log }: Context, retention: Retention): Promise<void> {
  const forgotten = await forgetDaily(db, lease, retention);
  if (forgotten !== undefined) log.debug({ ...forgotten }, 'what was too old was forgotten');
}

/**
 * The same at the end of a command, for `MOST_MS` at most; the next command goes on. A failure is logged and does not
 * fail the command.
 */
export async function forgetAtEnd(ctx: Context, retention: Retention): Promise<void> {
  try {
    await forget(ctx, { ...retention, mostMs: MOST_MS });
  } catch (error) {
    ctx.log.warn({ error }, 'what is too old could not be forgotten: the next command tries again');
  }
}
