import { backoffMs, levelAfter, PATIENCE } from '../../backoff.ts';
import { type Claim, type Edit, postponeEdits } from '../../db/edits/queue.ts';
import { reasonOf } from '../../errors.ts';
import { inFlightMs, NotYetError } from './in-flight.ts';
import type { PushContext } from './target.ts';

/**
 * Puts edits back into the queue after a failed attempt, to be tried again after a wait that grows with the attempts.
 * If the attempt may have had an effect, the next one compares with Pylon first. A NotYetError counts as no failure:
 * it sets the wait itself.
 */
export async function postpone(
  push: PushContext,
  { resource, record, edits }: Claim,
  error: unknown,
): Promise<void> {
  if (edits.length === 0) return;
  const { ctx, requestTimeoutMs } = push;
  const tries = Math.max(...edits.map((edit) => edit.tries));
  // Trying too early is no failure: it does not lengthen later waits and is not counted.
  const isEarly = error instanceof NotYetError;
  const waitMs = isEarly ? error.leastMs : retryMs(tries);
  const waitedMs = Math.max(...edits.map((edit) => edit.waitedMs));
  ctx.log[levelAfter(waitedMs, PATIENCE.edit)](
    { resource, record, waitMs, waitedSeconds: Math.round(waitedMs / 1_000), error: reasonOf(error) },
    'edit put back: trying again',
  );
  const lostMs = () => {
    const left = inFlightMs(push, { resource, record });
    return left > 0 ? requestTimeoutMs - left : undefined;
  };
  await postponeEdits(ctx, idsOf(edits), { waitMs, error: reasonOf(error), lostMs, isEarly });
}

/** Puts back, due at once, edits that waited for another one, which has ended. This does not count as an attempt. */
export async function putBack({ ctx }: PushContext, edits: readonly Edit[], error: string): Promise<void> {
  if (edits.length > 0) await postponeEdits(ctx, idsOf(edits), { waitMs: 0, error, isEarly: true });
}

const idsOf = (edits: readonly Edit[]) => edits.map(({ id }) => id);

const EDITS = { baseMs: 1_000, capMs: 3_600_000, jitter: 'half' as const };

/** Milliseconds to wait after so many attempts: up to an hour, with jitter. */
export const retryMs = (attempts: number): number => backoffMs(EDITS, attempts);
