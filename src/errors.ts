/**
 * One class for each decision a caller can take. The message says what was attempted and why it failed; `cause` is
 * the underlying error, if any.
 */

/** The command's arguments or the configuration are wrong: print the message and stop with exit status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Nothing was done, and a retry may succeed (database unreachable, Pylon down, limit used up by others). */
export class TransientError extends Error {
  override name = 'TransientError';
}

/** The same call will fail again until a person changes something. */
export class PermanentError extends Error {
  override name = 'PermanentError';
}

/** A write whose answer was lost: it may or may not have been applied. Read the record back before a retry. */
export class UnknownOutcomeError extends Error {
  override name = 'UnknownOutcomeError';
}

/**
 * Work was ended because other work failed, which is the cause. It is of no other class, so that nobody takes the failure of
 * another request for the answer to their own.
 */
export class StoppedError extends Error {
  override name = 'StoppedError';
  constructor(cause: unknown) {
    super(reasonOf(cause), { cause });
  }
}

/** What work was ended for, by a signal's reason: what the other work threw, if it was that. */
export const causeOfStop = (reason: unknown): unknown =>
  reason instanceof StoppedError ? reason.cause : reason;

/** This process no longer holds the lease of its database: it must write nothing more. */
export class LeaseLostError extends Error {
  override name = 'LeaseLostError';
}

/**
 * The beginning of Drizzle's message for a failed query; the statement and its parameters follow, which may be
 * customer data.
 */
export const FAILED_QUERY = /^Failed query: /;

/**
 * An error's message. An AggregateError without one (one failure for each address of a host) gives the messages of
 * its errors, each once.
 */
function messageOf(error: Error): string {
  if (error.message !== '' || !(error instanceof AggregateError)) return error.message || error.name;
  return [...new Set(error.errors.map(reasonOf))].join(', ') || error.name;
}

/**
 * The text of any thrown value, for a log line or a row of `runs`. For a failed query it is the reason, without the
 * statement and its parameters.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = messageOf(error);
  const inner = error.cause === undefined ? '' : reasonOf(error.cause);
  if (FAILED_QUERY.test(message)) return `a query failed: ${inner}`;
  return inner === '' || message.includes(inner) ? message : `${message}: ${inner}`;
}

/**
 * The error to log. For a failed query it is the underlying error, since the query's own message may contain customer
 * data.
 */
export function loggable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (FAILED_QUERY.test(error.message)) return error.cause ?? new Error('a query failed');
  return error;
}
