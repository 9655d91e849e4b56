/**
 * One class per decision a caller can take. The message says what was attempted and why it failed;
 * `cause` holds the error underneath where there is one.
 */

/** The caller's words or configuration are wrong: say so and stop, exit status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Nothing was done; the same call may succeed later (database away, Pylon down, limit spent by others). */
export class TransientError extends Error {
  override name = 'TransientError';
}

/** The same call will fail again until a person changes something. */
export class PermanentError extends Error {
  override name = 'PermanentError';
}

/** A write whose answer was lost: it may or may not have been applied. Read back before repeating. */
export class UnknownOutcomeError extends Error {
  override name = 'UnknownOutcomeError';
}

/** This process no longer holds the lease of its database: write nothing more. */
export class LeaseLostError extends Error {
  override name = 'LeaseLostError';
}

/** The text of any thrown value, for a log line or a row of `runs`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause === undefined ? '' : reasonOf(error.cause);
  return inner === '' || error.message.includes(inner) ? error.message : `${error.message}: ${inner}`;
}
