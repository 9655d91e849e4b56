import { forgetDaily, type Retention } from '../../db/retention/retention.ts';
import type { Context } from '../pass/context.ts';

/** The longest that a command is held up by what it forgets at its end, in milliseconds. */
const MOST_MS = 5_000;

/** Forgets what is too old, at most once a day, and says what that was. */
export async function forget({ db, lease, log }: Context, retention: Retention): Promise<void> {
  const forgotten = await forgetDaily(db, lease, retention);
  if (forgotten !== undefined) log.debug({ ...forgotten }, 'what was too old was forgotten');
}

/**
 * The same at the end of a command, which has done its own work: for a few seconds at most, the rest is for the next one.
 * What goes wrong is told, and no failure of the command.
 */
export async function forgetAtEnd(ctx: Context, retention: Retention): Promise<void> {
  try {
    await forget(ctx, { ...retention, mostMs: MOST_MS });
  } catch (error) {
    ctx.log.warn({ error }, 'what is too old could not be forgotten: the next command tries again');
  }
}
